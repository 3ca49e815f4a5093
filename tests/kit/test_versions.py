"""Two versions of an event side by side: readers learn the new one first, the log keeps both for ever. Rule X2."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from beatbook.cli.releases import current, refusals
from beatbook.contracts.catalogue import EVENTS
from beatbook.contracts.envelope import INSIDE_FORUMS, Event, Received
from beatbook.contracts.forum import MeetingHeld
from beatbook.kit.consumers import Consumer, ConsumerRun
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.ids import new_id
from beatbook.kit.rebuild import rebuild
from tests.kit.conftest import NOW, Owner, Reader, meeting, running

Eventually = Callable[..., Awaitable[Any]]


class MeetingHeldV2(Event, service="forum", aggregate="meeting", verb="held", version=2, audience=INSIDE_FORUMS):
    """A meeting took place; people as one count. Planted."""

    meeting_id: UUID
    area: str
    people: int


async def on_held(db: asyncpg.Connection, events: Sequence[Received[MeetingHeld]]) -> None:
    """The handler of version 1: what it writes is what version 2 would have."""
    await _tally(db, [(event.area, event.data.members_present + event.data.public_present) for event in events])


async def on_held_v2(db: asyncpg.Connection, events: Sequence[Received[MeetingHeldV2]]) -> None:
    """The handler of version 2."""
    await _tally(db, [(event.area, event.data.people) for event in events])


async def _tally(db: asyncpg.Connection, rows: Sequence[tuple[str, int]]) -> None:
    await db.executemany(
        """insert into tallies values ($1, $2, 0)
           on conflict (area) do update set meetings = tallies.meetings + excluded.meetings""",
        rows,
    )


async def append(owner: Owner, *events: Event) -> None:
    pool = await owner.database.pool()
    async with pool.acquire() as db, db.transaction():
        await emit_many(db, [Fact(event, new_id(), "XK.PRI") for event in events], actor="tester", at=NOW)


async def test_readers_first_then_the_writer(
    owner: Owner, reader: Reader, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that knows both follows a log that changes over, and another made from the log alone has the same."""
    monkeypatch.setitem(EVENTS, MeetingHeldV2.wire_type(), MeetingHeldV2)
    handlers = {MeetingHeld: on_held, MeetingHeldV2: on_held_v2}
    service = replace(reader.service, consumers=[Consumer("tally", "forum", handlers)], signals=[])
    await append(owner, meeting(new_id()), meeting(new_id()))
    consuming = ConsumerRun(service.consumers[0], reader.database, reader.broker, reader.feed)
    async with running(owner.relay().run(), consuming.run()):
        await reader.reached(2)
        await append(owner, MeetingHeldV2(meeting_id=new_id(), area="XK.PRI", people=100))
        await reader.reached(3)
    live = await reader.rows("select area, meetings from tallies")
    assert live == [("XK.PRI", 2 * (7 + 12) + 100)]
    await rebuild(service, reader.database, reader.feed)
    assert await reader.rows("select area, meetings from tallies") == live


async def test_a_reader_that_knows_only_the_first_passes_over_and_is_rebuilt_when_it_learned(
    owner: Owner, reader: Reader, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown version is no error and stops nothing; what was passed over comes back by a rebuild."""
    first = Consumer("tally", "forum", {MeetingHeld: on_held})
    await append(
        owner, meeting(new_id()), MeetingHeldV2(meeting_id=new_id(), area="XK.PRI", people=100), meeting(new_id())
    )
    consuming = ConsumerRun(first, reader.database, reader.broker, reader.feed)
    async with running(owner.relay().run(), consuming.run()):
        await reader.reached(3)
    assert await reader.rows("select area, meetings from tallies") == [("XK.PRI", 2 * (7 + 12))]
    assert await reader.rows("select 1 from parked_events") == []

    monkeypatch.setitem(EVENTS, MeetingHeldV2.wire_type(), MeetingHeldV2)
    learned = replace(
        reader.service,
        consumers=[replace(first, handlers={MeetingHeld: on_held, MeetingHeldV2: on_held_v2})],
        signals=[],
    )
    await rebuild(learned, reader.database, reader.feed)
    assert await reader.rows("select area, meetings from tallies") == [("XK.PRI", 2 * (7 + 12) + 100)]


def test_a_version_beside_the_old_one_breaks_no_promise_and_one_in_its_place_does() -> None:
    promised = current()
    beside = {**EVENTS, MeetingHeldV2.wire_type(): MeetingHeldV2}
    assert refusals(promised, current(beside)) == []
    instead = {name: kind for name, kind in beside.items() if kind is not MeetingHeld}
    assert refusals(promised, current(instead)) == [
        "org.beatbook.forum.meeting.held.v1: it is gone, or has another name, version or publisher"
    ]
