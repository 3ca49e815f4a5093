"""What a reader does with events of a later release, and with those that break their contract. Rules X1, X2."""

import logging
from typing import ClassVar

import asyncpg
import pytest

from beatbook.contracts.catalogue import EVENTS
from beatbook.contracts.envelope import EVERYONE
from beatbook.contracts.forum import MeetingHeld
from beatbook.kit import forward
from beatbook.kit.parking import parked, retry
from beatbook.kit.rebuild import rebuild

V2 = "org.beatbook.forum.meeting.held.v2"
TALLY = "select area, meetings, last_position from tallies order by area"


@pytest.fixture
def change(owner):
    async def change(position, statement):
        await owner.tamper(f"update events set {statement} where seq = {position}")

    return change


@pytest.fixture
def read(owner, reader, beside):
    async def read(count):
        await owner.relayed()
        async with beside(reader.consume()):
            await reader.reached(count)

    return read


async def test_an_unknown_type_is_passed_over_silently(owner, reader, change, read, caplog):
    await owner.record(3)
    await change(2, "type = 'org.beatbook.forum.hearing.imagined.v1', data = '{}'")
    with caplog.at_level(logging.WARNING, "beatbook.kit.forward"):
        await read(3)
    assert (reader.handled, await parked(reader.database), caplog.records) == ([1, 3], [], [])


async def test_a_newer_version_is_passed_over_and_told_once(owner, reader, change, read, caplog, monkeypatch):
    counted = []
    monkeypatch.setattr(forward.telemetry, "passed_over", lambda *told: counted.append(told))
    monkeypatch.setattr(forward, "_told", set())
    await owner.record(4)
    for position in (2, 4):
        await change(position, f"type = '{V2}', data = data - 'purpose'")
    with caplog.at_level(logging.WARNING, "beatbook.kit.forward"):
        await read(4)
    assert (reader.handled, await parked(reader.database)) == ([1, 3], [])
    assert sum(count for _, _, count in counted) == 2
    assert {told[:2] for told in counted} == {("tally", V2)}
    (told,) = caplog.records
    assert V2 in told.getMessage()
    assert "rebuild" in told.getMessage()


async def test_a_release_that_knows_the_newer_version_gets_it_by_a_rebuild(owner, reader, change, read, monkeypatch):
    """The log holds both, beside each other; each fact is told once, in one version, so both count."""
    await owner.record(4)
    for position in (2, 4):
        await change(position, f"type = '{V2}', data = data - 'purpose'")
    await read(4)
    assert await reader.rows(TALLY) == [("XK.PRI", 2, 3)]

    class MeetingHeldAgain(
        MeetingHeld, service="forum", aggregate="meeting", verb="held", version=2, audience=EVERYONE
    ):
        purpose: ClassVar[None] = None  # type: ignore[assignment]  # a field taken away

    monkeypatch.setitem(EVENTS, V2, MeetingHeldAgain)
    monkeypatch.setitem(reader.service.consumers[0].handlers, MeetingHeldAgain, reader.on_meeting_held)
    await rebuild(reader.service, reader.database, reader.feed)
    assert await reader.rows(TALLY) == [("XK.PRI", 4, 4)]
    await owner.record(2)
    await change(5, f"type = '{V2}'")
    await read(6)
    assert await reader.rows(TALLY) == [("XK.PRI", 6, 6)]


async def test_an_unknown_field_is_ignored(owner, reader, change, read):
    await owner.record(2)
    await change(1, """data = data || '{"weather": "rain"}'""")
    await read(2)
    assert (reader.handled, await parked(reader.database)) == ([1, 2], [])


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ("data - 'members_present'", "members_present"),
        ("""data || '{"members_present": "Ana Krasniqi"}'""", "members_present"),
        ("""data || '{"purpose": null}'""", "purpose"),
        ("""'["Ana Krasniqi"]'""", "its root"),
    ],
)
async def test_data_that_breaks_its_contract_is_parked_without_its_values(owner, reader, change, read, broken, place):
    await owner.record(3)
    await change(2, f"data = {broken}")
    await read(3)
    (event,) = await parked(reader.database)
    assert (event.position, event.error) == (2, f"breaks its contract at {place}")
    assert reader.handled == [1, 3]


async def test_what_another_locks_for_long_is_waited_for_and_parks_nothing(owner, reader, postgres, beside, eventually):
    """A lock timeout is nobody's fault: the event keeps its place."""
    await owner.record(5)
    await owner.relayed()
    pool = await reader.database.pool()
    name = await pool.fetchval("select current_database()")
    admin = await asyncpg.connect(postgres.admin_url)
    role = await pool.fetchval("select current_user")
    await admin.execute(f'alter role "{role}" in database "{name}" set lock_timeout = 100')
    await admin.close()
    await pool.expire_connections()
    holding = await reader.database.connect()
    await holding.execute("begin; lock table tallies in access exclusive mode")

    async def tried():
        return await pool.fetchval("select xact_rollback >= 5 from pg_stat_database where datname = $1", name)

    async with beside(reader.consume()):
        await eventually(tried)
        await holding.execute("commit")
        await reader.reached(5)
    await holding.close()
    assert (await parked(reader.database), reader.handled) == ([], [1, 2, 3, 4, 5])


@pytest.mark.parametrize(("data", "lost"), [("null", False), ("null", True), ('"a text"', False)])
async def test_data_of_any_form_is_parked_as_it_is_in_the_log(owner, reader, change, read, data, lost):
    """Even what is nothing at all: what could not be parked would stop its source. From stream and log alike."""
    await owner.record(3)
    await change(2, f"data = '{data}'")
    if lost:
        await owner.relayed()
        await owner.broker.jetstream.purge_stream("beatbook-forum", keep=1)
    await read(3)
    assert reader.handled == [1, 3]
    assert await reader.rows("select position, data::text from parked_events") == [(2, data)]
    (again,) = await retry(reader.service, reader.database)
    assert again.error is not None
    assert again.error.startswith("breaks its contract at")
