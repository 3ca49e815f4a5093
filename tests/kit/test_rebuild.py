"""Projections rebuilt and compared: equal to the live ones row for row, while reads and consumers go on. Rule K12."""

import asyncio

import pytest

from beatbook.kit.ids import new_id
from beatbook.kit.parking import skip
from beatbook.kit.rebuild import rebuild
from beatbook.kit.reconcile import Difference, reconcile
from beatbook.kit.shadow import RebuildRefused

TALLY = "select area, meetings, last_position from tallies order by area"
SCHEMAS = "select count(*) from pg_namespace where nspname in ('rebuild', 'retired')"
INDEXES = "select indexname from pg_indexes where schemaname = 'public' and tablename = 'tallies' order by 1"


@pytest.fixture
async def consumed(owner, reader, beside):
    """A reader that has applied 1,200 events of three areas."""
    await owner.record(1200, areas=["XK.PRI", "XK.PEJ", "XK"])
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(1200)
    return reader


async def test_rebuilt_equals_live_row_for_row(consumed):
    live = await consumed.rows(TALLY)
    indexes = await consumed.rows(INDEXES)
    assert await rebuild(consumed.service, consumed.database, consumed.feed) == {"tallies": 3}
    assert await consumed.rows(TALLY) == live
    assert await consumed.rows(INDEXES) == indexes
    assert await consumed.rows("select * from checkpoints") == [("tally", "forum", 1200)]
    assert await consumed.rows(SCHEMAS) == [(0,)]


async def test_a_lost_projection_comes_back(consumed):
    live = await consumed.rows(TALLY)
    await consumed.rows("delete from tallies")
    await rebuild(consumed.service, consumed.database, consumed.feed)
    assert await consumed.rows(TALLY) == live


async def test_a_rebuild_adds_to_what_timers_have_to_do(consumed):
    await consumed.rows("delete from marks where seq > 5")
    await rebuild(consumed.service, consumed.database, consumed.feed)
    assert await consumed.rows("select area, count(*) from marks where seq > 1200 group by 1 order by 1") == [
        ("XK", 1), ("XK.PEJ", 1), ("XK.PRI", 1)
    ]  # fmt: skip
    assert await consumed.rows("select count(*) from marks") == [(8,)]


async def test_reads_and_a_running_consumer_go_on_through_rebuilds(owner, consumed, beside):
    seen = []

    async def read():
        while True:
            seen.append(sum(row[1] for row in await consumed.rows(TALLY)))
            await asyncio.sleep(0)

    async with beside(owner.relay().run(), consumed.consume(), read()):
        for _ in range(3):
            await owner.record(100)
            await rebuild(consumed.service, consumed.database, consumed.feed)
        await owner.record(1)
        await consumed.reached(1501)
    assert seen == sorted(seen)
    assert sum(row[1] for row in await consumed.rows(TALLY)) == 1501


async def test_an_event_that_cannot_be_applied_stops_a_rebuild_and_changes_nothing(owner, consumed):
    live = await consumed.rows(TALLY)
    (poison,) = (
        await (await owner.database.pool()).fetchrow("select subject from events where position = 700")
    ).values()
    consumed.stumbles_over.add(poison)
    with pytest.raises(RebuildRefused, match=r"position 700 of forum\) can't be applied: LookupError"):
        await rebuild(consumed.service, consumed.database, consumed.feed)
    assert await consumed.rows(TALLY) == live
    assert await consumed.rows(SCHEMAS) == [(0,)]


async def test_an_event_parked_in_the_live_tables_stays_parked(owner, reader, beside):
    poison = new_id()
    reader.stumbles_over.add(poison)
    await owner.record(subjects=[new_id(), poison, new_id(), poison])
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(4)
    await rebuild(reader.service, reader.database, reader.feed)
    assert await reader.rows(TALLY) == [("XK.PRI", 2, 3)]
    assert await reader.rows("select position from parked_events order by 1") == [(2,), (4,)]


async def test_a_skipped_event_stays_skipped(owner, reader, beside):
    poison = new_id()
    reader.stumbles_over.add(poison)
    await owner.record(subjects=[new_id(), poison])
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(2)
    ((event_id,),) = await reader.rows("select id from parked_events")
    await skip(reader.database, event_id, why="taken in by mistake", actor="operator")
    reader.stumbles_over.clear()
    await rebuild(reader.service, reader.database, reader.feed)
    assert await reader.rows(TALLY) == [("XK.PRI", 1, 1)]


async def test_a_handler_that_does_more_than_project_cannot_do_it_again(consumed):
    consumed.writes_letters = True
    with pytest.raises(RebuildRefused, match="can't be applied"):
        await rebuild(consumed.service, consumed.database, consumed.feed)
    assert await consumed.rows("select count(*) from letters") == [(0,)]


async def test_a_table_that_cannot_be_copied_whole_is_refused(consumed):
    await consumed.rows("create table towns (area text references tallies (area))")
    with pytest.raises(RebuildRefused, match="Foreign keys, policies or triggers would be lost on: tallies"):
        await rebuild(consumed.service, consumed.database, consumed.feed)


async def test_one_rebuild_at_a_time(consumed):
    ending = asyncio.Event()
    consumed.pause = ending.wait
    first = asyncio.create_task(rebuild(consumed.service, consumed.database, consumed.feed))
    await asyncio.sleep(0.5)
    with pytest.raises(RebuildRefused, match="under way"):
        await rebuild(consumed.service, consumed.database, consumed.feed)
    ending.set()
    assert await first == {"tallies": 3}


async def test_live_and_rebuilt_compare_equal(owner, consumed):
    await owner.record(5)  # not yet heard of by the consumer: no difference
    found = await reconcile(consumed.service, consumed.database, consumed.feed)
    assert found.equal
    assert (found.positions, found.parked, found.differences) == ({"forum": 1200}, {}, [])
    assert await consumed.rows(SCHEMAS) == [(0,)]


async def test_a_comparison_names_table_and_key_of_what_differs(consumed):
    await consumed.rows("update tallies set meetings = 1 where area = 'XK'")
    await consumed.rows("delete from tallies where area = 'XK.PEJ'")
    await consumed.rows("insert into tallies values ('XK.GJI', 3, 3)")
    found = await reconcile(consumed.service, consumed.database, consumed.feed)
    assert not found.equal
    assert found.differences == [
        Difference("tallies", "XK.PEJ", "missing"),
        Difference("tallies", "XK.GJI", "surplus"),
        Difference("tallies", "XK", "different"),
    ]
