"""The relay: committed events go from a service's log to its stream, in log order. Rules X1, X3, ARCHITECTURE 5.

One relay per service, held by an advisory lock. Committed events without a position get contiguous ones; they are
published in that order in windows of pipelined publishes, each expecting the one before it, so that a failed one stops
all that follow. What the broker lost is noticed by comparing its last position with ours, and published again.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from beatbook.contracts.envelope import SUBJECT_PREFIX, TYPE_PREFIX, cloudevent_headers
from beatbook.kit import telemetry, tracing
from beatbook.kit.broker import Broker, stream_name
from beatbook.kit.db import Database
from beatbook.kit.failpoints import Step, passing
from beatbook.kit.locks import held_lock

log = logging.getLogger(__name__)

WINDOW = 500
POLL_SECONDS = 1.0
ACK_SECONDS = 5.0

_POSITION = """
    with state as (select position from relay for update),
    waiting as (select seq, row_number() over (order by seq) as n
                from (select seq from events where position is null order by seq limit 2000) as unpositioned),
    placed as (update events set position = state.position + waiting.n
               from waiting, state where events.seq = waiting.seq returning 1)
    update relay set position = position + (select count(*) from placed)
    returning (select count(*) from placed) as placed, position
"""
_NEXT = """
    select id, type, subject, area, time, actor, data::text as data, traceparent, position
    from events where position > $1 order by position limit $2
"""


class PublishStopped(Exception):
    """The broker did not acknowledge a window whole; what it has must be looked up before going on."""


@dataclass
class _Window:
    """Acknowledgements of one window as they come in; those of an earlier window that come late are not among them."""

    sequence: int
    awaited: int
    good: int = 0
    failed: bool = False

    def __post_init__(self) -> None:
        self.done = asyncio.Event()

    def take(self, acknowledgement: bytes) -> None:
        """Count one acknowledgement."""
        answer: dict[str, Any] = orjson.loads(acknowledgement) if acknowledgement else {"error": "no responder"}
        if "error" in answer or answer.get("duplicate"):
            self.failed = True
        elif self.sequence < answer["seq"] <= self.sequence + self.awaited:
            self.good += 1
        if self.failed or self.good == self.awaited:
            self.done.set()


class Relay:
    """A service's relay; `run` it in one task, `wake` it after a commit."""

    def __init__(self, service: str, database: Database, broker: Broker) -> None:
        self._service, self._database, self._broker = service, database, broker
        self._woken = asyncio.Event()
        self._window: _Window | None = None
        self._inbox: str | None = None
        self._refill = ""

    def wake(self) -> None:
        """Something was committed."""
        self._woken.set()

    async def run(self) -> None:
        """Relay until cancelled, through outages of both sides."""
        while True:
            try:
                async with held_lock(self._database, f"relay:{self._service}") as connection:
                    await self._serve(connection)
            except Exception as error:  # nothing may end the relay for good
                expected = isinstance(error, (asyncpg.PostgresError, NatsError, OSError, PublishStopped))
                log.warning("relay pauses: %s", type(error).__name__, exc_info=not expected)
                await asyncio.sleep(0.5)

    async def _serve(self, connection: asyncpg.Connection) -> None:
        await self._broker.connect()
        await self._broker.ensure_stream(self._service)
        sequence, published = await self._compare(connection)
        while True:
            placed = await connection.fetchrow(_POSITION)
            if placed and placed["placed"]:
                passing(Step.RELAY_POSITIONED)
            rows = await connection.fetch(_NEXT, published, WINDOW)
            if not rows:
                if not await self._woken_in_time():
                    sequence, published = await self._compare(connection)
                continue
            with tracing.publishing(stream_name(self._service), (row["traceparent"] for row in rows)):
                sequence = await self._publish(rows, sequence)
            passing(Step.RELAY_PUBLISHED)
            published = rows[-1]["position"]
            await connection.execute("update relay set published = greatest(published, $1)", published)
            passing(Step.RELAY_MARKED)
            telemetry.published(self._service, len(rows))

    async def _compare(self, connection: asyncpg.Connection) -> tuple[int, int]:
        """The stream's last sequence, and the position to go on from; what the broker lost is published anew."""
        sequence, position = await self._broker.last_position(self._service)
        recorded: int = await connection.fetchval("select published from relay")
        ours: int = await connection.fetchval("select position from relay")
        if position > ours:
            # the database was restored to an earlier day: readers have seen these positions, so none is given again
            log.critical(
                "the broker holds positions up to %d, the log only up to %d; going on after them", position, ours
            )
            await connection.execute("update relay set position = $1, published = $1", position)
        if position < recorded:
            log.warning("the broker lost events %d to %d; publishing them again", position + 1, recorded)
            # the broker still remembers their message ids for a while and would drop them as duplicates
            self._refill = f".{uuid4().hex[:8]}"
        return sequence, position

    async def _publish(self, rows: Sequence[asyncpg.Record], sequence: int) -> int:
        """Publish a window in order; the stream's new last sequence. Raises `PublishStopped`."""
        client = self._broker.client
        if self._inbox is None:
            self._inbox = client.new_inbox()
            await client.subscribe(self._inbox, cb=self._acknowledged)
        window = self._window = _Window(sequence, len(rows))
        for offset, row in enumerate(rows):
            headers = _headers(self._service, row)
            headers["Nats-Msg-Id"] = f"{row['id']}{self._refill}"
            headers["Nats-Expected-Last-Sequence"] = str(sequence + offset)
            await client.publish(_subject(row), row["data"].encode(), reply=self._inbox, headers=headers)
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await window.done.wait()
        except TimeoutError as error:
            raise PublishStopped from error
        finally:
            self._window = None
        if window.failed:
            raise PublishStopped
        return sequence + len(rows)

    async def _acknowledged(self, message: Msg) -> None:
        if self._window is not None:
            self._window.take(message.data)

    async def _woken_in_time(self) -> bool:
        """Wait for a commit's hint; False when the poll's time passed without one."""
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return False
        self._woken.clear()
        return True


def _subject(row: asyncpg.Record) -> str:
    """`org.beatbook.forum.minutes.published.v1` and an area make `beatbook.forum.minutes.published.XK.PRI`."""
    kind = row["type"].removeprefix(f"{TYPE_PREFIX}.").rpartition(".")[0]
    return f"{SUBJECT_PREFIX}.{kind}.{row['area']}"


def _headers(service: str, row: asyncpg.Record) -> dict[str, str]:
    return cloudevent_headers(
        id=str(row["id"]),
        type=row["type"],
        source=f"/beatbook/{service}",
        subject=str(row["subject"]),
        area=row["area"],
        time=row["time"].isoformat(),
        actor=row["actor"],
        position=row["position"],
        traceparent=row["traceparent"],
    )
