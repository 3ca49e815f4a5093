"""What must hold once all is quiet, whatever was killed, frozen or lost. Rules X1, X3.

Each check finds faults and names them; a run passes when none was found. What is expected is worked out from what the
writers were told, by code of its own: a fault common to live and rebuilt projections is found too.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import asyncpg
import nats
import orjson
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from tests.chaos.writers import Ack

SOURCES = ("forum", "cases", "kpi", "handover", "webhooks")
READERS = {
    "forum": ["cases"],
    "cases": ["forum"],
    "kpi": ["forum", "cases"],
    "handover": ["forum", "cases", "kpi"],
    "webhooks": ["cases", "forum"],
}
EVENT_OF = {
    "planned": "meeting.planned", "called_off": "meeting.called_off", "held": "meeting.held",
    "recorded": "decision.recorded", "closed": "decision.closed", "founded": "forum.founded",
}  # fmt: skip
OVERDUE = "decision.overdue"
"""What the clock tells of a decision, once, between its record and its end: nobody asked for it."""
BY_THE_CLOCK = {
    "audit.sealed",
    "case.expunged",
    "diversion.reminded",
    "critical_incident.review_overdue",
    "complaint.overdue",
    "plan_item.overdue",
    "victim_promise.missed",
    "pattern.proposed",
    "pattern.lapsed",
    "case_concern.moved",
}
"""What the clock tells of cases, each once: nobody asked for it."""
AT_ONCE = date.min
"""How the driver reads `-infinity`, from which on what counts at once counts."""


@dataclass
class Books:
    """The databases (URLs that may read all) and the broker of an installation, as whom may read each stream."""

    databases: Mapping[str, str]
    broker_url: Callable[[str], str]
    sources: Sequence[str] = SOURCES
    readers: Mapping[str, Sequence[str]] = field(default_factory=lambda: READERS)

    async def rows(self, service: str, query: str, *arguments: Any) -> list[asyncpg.Record]:
        db = await asyncpg.connect(self.databases[service], timeout=10)
        try:
            rows: list[asyncpg.Record] = await db.fetch(query, *arguments)
        finally:
            await db.close()
        return rows

    async def unsettled(self) -> list[str]:
        """What is still under way: events not published, readers behind, figures to be told."""
        found: list[str] = []
        heads: dict[str, int] = {}
        for source in self.sources:
            (row,) = await self.rows(
                source,
                """select position, published, (select count(*) from events where position is null) as waiting
                   from relay""",
            )
            heads[source] = row["position"]
            end = (await self.stream(source, last=True) or [(0, "")])[-1][0]
            if row["waiting"] or not row["position"] == row["published"] == end:
                found.append(
                    f"relay of {source}: {row['waiting']} waiting, {row['published']}, {end} of {row['position']}"
                )
        for reader, sources in self.readers.items():
            reached = {row["source"]: row["position"] for row in await self.rows(reader, "select * from checkpoints")}
            found += [
                f"{reader} is at {reached.get(source)} of {heads[source]} in {source}"
                for source in sources
                if reached.get(source, 0) != heads[source]
            ]
        if "kpi" in self.readers and (await self.rows("kpi", "select count(*) from changed_cells"))[0][0]:
            found.append("kpi has figures to publish")
        return found

    async def settle(self, patience: float = 180) -> None:
        """Wait until nothing is under way, twice in a row."""
        deadline, quiet = time.monotonic() + patience, 0
        while quiet < 2:
            try:
                found = await self.unsettled()
            except (OSError, asyncpg.PostgresError, NatsError, TimeoutError) as error:
                found = [repr(error)]
            quiet = 0 if found else quiet + 1
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.5)

    async def faults(self, acknowledged: Sequence[Ack], *, holes: bool = False) -> list[str]:
        """Everything that is not as it must be; `holes`: a stream may lack events, which readers have from the log."""
        found: list[str] = []
        for source in self.sources:
            found += await self._log_faults(source)
            found += await self._stream_faults(source, holes=holes)
        found += await self._lost_or_doubled(acknowledged)
        for reader in self.readers:
            parked = await self.rows(reader, "select source, position, type, error from parked_events order by 1, 2")
            found += [f"parked in {reader}: {tuple(row)}" for row in parked]
        if "kpi" in self.readers:
            found += await self._kpi_faults(acknowledged)
        return found

    async def _log_faults(self, source: str) -> list[str]:
        """Positions are 1, 2, 3, ... and follow the order of commits within each aggregate."""
        rows = await self.rows(source, "select seq, subject, position from events order by position nulls last")
        positions = [row["position"] for row in rows]
        if positions != list(range(1, len(rows) + 1)):
            return [f"positions of {source} are not 1 to {len(rows)}"]
        last: dict[Any, int] = {}
        disordered = set()
        for row in rows:
            if row["seq"] < last.get(row["subject"], 0):
                disordered.add(row["subject"])
            last[row["subject"]] = row["seq"]
        return [f"the log of {source} has {subject} out of order" for subject in disordered]

    async def _stream_faults(self, source: str, *, holes: bool) -> list[str]:
        """The stream is the log: each event once, in order, from the first to the last."""
        rows = await self.rows(source, "select id, position from events order by position")
        have = await self.stream(source)
        want = [(row["position"], str(row["id"])) for row in rows]
        if have == want or (holes and have[-1:] == want[-1:] and have == sorted(set(have) & set(want))):
            return []
        twice = [item for item, times in Counter(have).items() if times > 1]
        return [
            f"the stream of {source} has {len(have)} events, the log {len(want)}; twice: {twice[:3]}; "
            f"missing: {sorted(set(want) - set(have))[:3]}; strange: {sorted(set(have) - set(want))[:3]}"
        ]

    async def stream(self, source: str, *, last: bool = False) -> list[tuple[int, str]]:
        """What a stream holds, or the last of it: positions and ids, in its order; nothing when there is none."""
        client = await nats.connect(self.broker_url(source), connect_timeout=10)
        try:
            info = await client.jetstream().stream_info(f"beatbook-{source}")
            if info.state.messages == 0:
                return []
            if last:
                message = await client.jetstream().get_last_msg(f"beatbook-{source}", f"beatbook.{source}.>")
                return [_place(message.headers)]
            reading = await client.jetstream().subscribe(
                f"beatbook.{source}.>", stream=f"beatbook-{source}", ordered_consumer=True,
                pending_msgs_limit=-1, pending_bytes_limit=-1,
            )  # fmt: skip
            return [_place((await reading.next_msg(timeout=20)).headers) for _ in range(info.state.messages)]
        except NotFoundError:
            return []
        finally:
            await client.close()

    async def _lost_or_doubled(self, acknowledged: Sequence[Ack]) -> list[str]:
        """What was acknowledged is in the log once, in the order in which it was acknowledged, and nothing besides."""
        want: dict[str, list[str]] = defaultdict(list)
        for ack in acknowledged:
            if ack["kind"] in EVENT_OF:
                want[ack["id"]].append(EVENT_OF[ack["kind"]])
        have: dict[str, list[str]] = defaultdict(list)
        rows = await self.rows("forum", "select type, subject::text from events order by position")
        for row in rows:
            kind = row["type"].removeprefix("org.beatbook.forum.").removesuffix(".v1")
            if kind.startswith(("meeting.", "decision.")) or (kind == "forum.founded" and row["subject"] in want):
                have[row["subject"]].append(kind)
        found = [
            f"forum: {key} has {have.get(key)}, acknowledged {want[key]}"
            for key in want
            if [kind for kind in have[key] if kind != OVERDUE] != want[key] or OVERDUE in have[key][:1] + have[key][2:]
        ]
        found += [f"forum: {key} has {have[key]}, nobody wanted it" for key in have if key not in want]
        if "cases" in self.sources:
            cells = _incidents(acknowledged)
            rows = await self.rows("cases", "select type, subject::text, data::text from events order by position")
            kinds = [row["type"].removeprefix("org.beatbook.cases.").removesuffix(".v1") for row in rows]
            found += [f"cases: {kind}, nobody wanted it" for kind in {*kinds} - BY_THE_CLOCK - {"incident.recorded"}]
            rows = [row for row, kind in zip(rows, kinds, strict=True) if kind == "incident.recorded"]
            data = [orjson.loads(row["data"]) for row in rows]
            told = Counter((item["area"], item["month"][:7], item["category"]) for item in data)
            found += [
                f"cases: {cell} {told[cell]} times, sent {cells[cell]}" for cell in cells if told[cell] != cells[cell]
            ]
            found += [f"cases: {cell} was never sent" for cell in told if cell not in cells]
            if len({row["subject"] for row in rows}) != len(rows):
                found.append("cases: an incident was told twice")
        return found

    async def _kpi_faults(self, acknowledged: Sequence[Ack]) -> list[str]:
        """The facts are the counts of what was acknowledged, in every area above too."""
        want = expected_facts(acknowledged)
        rows = await self.rows("kpi", "select * from facts where count <> 0")
        have = {
            (row["measure"], row["area"], row["month"].isoformat()[:7], row["category"], row["counts_from"]): row[
                "count"
            ]
            for row in rows
        }
        return [
            f"kpi: {cell} counts {have.get(cell)}, acknowledged {want.get(cell)}"
            for cell in want.keys() | have.keys()
            if have.get(cell) != want.get(cell)
        ]


def _place(headers: Mapping[str, str] | None) -> tuple[int, str]:
    assert headers is not None
    return int(headers["ce-position"]), headers["ce-id"]


def _incidents(acknowledged: Sequence[Ack]) -> Counter[tuple[str, str, str]]:
    return Counter(tuple(cell) for ack in acknowledged if ack["kind"] == "batch" for cell in ack["cells"])


Cell = tuple[str, str, str, str, date]


def expected_facts(acknowledged: Sequence[Ack]) -> dict[Cell, int]:
    """The facts that these acknowledgements make, those that are nought left out."""
    counts: Counter[Cell] = Counter()

    def count(measure: str, area: str, month: str, category: str = "", since: date = AT_ONCE, times: int = 1) -> None:
        parts = area.split(".")
        for tier in range(1, len(parts) + 1):
            counts[measure, ".".join(parts[:tier]), month, category, since] += times

    for (area, month, category), times in _incidents(acknowledged).items():
        count("incidents", area, month, category, times=times)
    ends = {ack["id"]: ack for ack in acknowledged if ack["kind"] == "closed"}
    for ack in acknowledged:
        if ack["kind"] == "held":
            count("meetings_held", ack["area"], ack["month"])
        elif ack["kind"] == "recorded":
            outcome = ends.get(ack["id"], {}).get("outcome")
            if outcome == "delivered":
                count("decisions_due", ack["area"], ack["due"][:7])
                if ends[ack["id"]]["on_time"]:
                    count("decisions_on_time", ack["area"], ack["due"][:7])
            elif outcome != "withdrawn":
                due = date.fromisoformat(ack["due"])
                count("decisions_due", ack["area"], ack["due"][:7], since=due + timedelta(days=1))
    return {cell: times for cell, times in counts.items() if times}
