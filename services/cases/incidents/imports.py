"""Imports: a stream of any size, cut into batches that each are one transaction. Rule C1, decision 0028."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import orjson
from anyio import to_thread

from beatbook.contracts.actor import Actor
from beatbook.kit.db import Transactions
from beatbook.kit.errors import Refused, Unavailable, is_outage
from services.cases.areas.queries import Places
from services.cases.incidents import queries, rules
from services.cases.incidents.commands import keep_batch, open_root, reading_of
from services.cases.incidents.schemas import BATCH_ROWS, ImportRefusalView, ImportReport, Sending
from services.cases.reports.streams import Line, RowReader, Unreadable
from services.cases.reports.unfit import Unfit

SHOWN = 100
"""Refusals that the answer itself holds."""


async def import_stream(
    transactions: Transactions,
    actor: Actor,
    now: datetime,
    places: Places,
    import_id: str,
    sending: Sending,
    rows: RowReader,
    body: AsyncIterator[bytes],
) -> ImportReport:
    """Record the rows of a stream as they come, `BATCH_ROWS` to a transaction.

    A batch that was taken whole, and is the same row by row, is left out: a stream that was broken off goes on where it
    stopped. Raises `Refused` for a body that cannot be read on; what was taken before stays.
    """
    import_ = _Import(transactions, actor, now, import_id, sending)
    await import_.begin(places)
    waiting: list[Line] = []
    try:
        async for chunk in body:
            for run in rows.feed(chunk):
                await asyncio.sleep(0)  # a small packed chunk may hold much: others are served in between
                waiting += run
                while len(waiting) >= BATCH_ROWS:
                    await import_.take(waiting[:BATCH_ROWS])
                    del waiting[:BATCH_ROWS]
        waiting += rows.end()
        for start in range(0, len(waiting), BATCH_ROWS):
            await import_.take(waiting[start : start + BATCH_ROWS])
    except Unreadable as error:
        raise Refused(str(error), code="unreadable", rule="C1") from error
    finally:
        await import_.settle()
    return import_.report


class _Import:
    """An import on its way through its batches: while one is written, the next is read."""

    def __init__(
        self, transactions: Transactions, actor: Actor, now: datetime, import_id: str, sending: Sending
    ) -> None:  # fmt: skip
        self._transactions, self._actor, self._now, self._sending = transactions, actor, now, sending
        self._number = 0
        self._writing: asyncio.Task[None] | None = None
        self.report = ImportReport(import_id=import_id, rows=0, added=0, already=0, refused=0, refusals=[])

    async def begin(self, places: Places) -> None:
        """See whether the actor may, how rows are to be read, and which batches there are."""
        async with self._transactions() as session:
            self._areas = await open_root(session, self._actor, self._now, places, self._sending.root)
            self._reading, self._table = await reading_of(session, self._sending)
            self._whole = await queries.digests(session, self._sending.root, self.report.import_id)

    async def take(self, lines: Sequence[Line]) -> None:
        """Record a batch, unless it was taken whole before."""
        number, self._number = self._number, self._number + 1
        self.report.rows += len(lines)
        digest = self._digest(lines)
        if digest is not None and self._whole.get(number) == digest:
            self.report.already += len(lines)
            return
        rows = [line.row for line in lines]
        taken = await to_thread.run_sync(rules.take_batch, rows, self._areas, self._now, self._reading)
        await self.settle()
        self._writing = asyncio.create_task(self._write(number, lines, digest, taken))

    async def settle(self) -> None:
        """Wait for the batch being written; raises `Unavailable` when the database went away."""
        if (writing := self._writing) is None:
            return
        self._writing = None
        try:
            await writing
        except Exception as error:
            if is_outage(error):
                raise Unavailable(
                    "The database does not answer. What was taken stays: send it again, and it goes on from there."
                ) from error
            raise

    async def _write(self, number: int, lines: Sequence[Line], digest: bytes | None, taken: rules.Taken) -> None:
        report = self.report
        async with self._transactions() as session:
            added, already, refused = await keep_batch(
                session, self._actor, self._now, self._sending, self._table, report.import_id, number, taken,
                digest=digest, lines=[line.number for line in lines],
            )  # fmt: skip
        report.added += added
        report.already += already
        report.refused += len(refused)
        report.refusals += [
            ImportRefusalView(batch=number, line=lines[item.row].number, row=item.row, external_id=item.external_id,
                              reason=item.reason, detail=item.detail)
            for item in refused[: SHOWN - len(report.refusals)]
        ]  # fmt: skip

    def _digest(self, lines: Sequence[Line]) -> bytes | None:
        """What tells this batch from any other: its rows and how they are read; None when some are no rows."""
        if any(isinstance(line.row, Unfit) for line in lines):
            return None
        read = [self._sending.source, str(self._sending.zone), self._table, [line.row for line in lines]]
        return hashlib.sha256(orjson.dumps(read)).digest()
