"""What an operator does about parked events."""

import pytest

from beatbook.kit.ids import new_id
from beatbook.kit.parking import Retried, SkipRefused, parked, retry, skip

TALLY = "select area, meetings, last_position from tallies order by area"


@pytest.fixture
async def poison(owner, reader, beside):
    """The aggregate whose events 2 and 4 of five are parked, beside another's event 3."""
    poison, other = new_id(), new_id()
    reader.stumbles_over |= {poison, other}
    await owner.record(subjects=[new_id(), poison, other, poison, new_id()])
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(5)
    reader.stumbles_over.remove(poison)
    return poison


async def test_parked_events_are_listed_in_order(reader, poison):
    listed = await parked(reader.database)
    assert [(event.source, event.position, event.error) for event in listed] == [
        ("forum", 2, "LookupError"),
        ("forum", 3, "LookupError"),
        ("forum", 4, "waits for an earlier event of the same aggregate"),
    ]


async def test_retry_applies_an_aggregates_events_in_order_and_leaves_what_still_fails(reader, poison):
    done = await retry(reader.service, reader.database)
    (other,) = [item for item in done if item.subject != str(poison)]
    assert Retried("forum", str(poison), 2) in done
    assert (other.events, other.error) == (1, "LookupError")
    assert reader.handled[-2:] == [2, 4]
    assert await reader.rows(TALLY) == [("XK.PRI", 4, 4)]
    assert [event.position for event in await parked(reader.database)] == [3]


async def test_retry_of_one_aggregate_leaves_the_others(reader, poison):
    assert await retry(reader.service, reader.database, subject=str(poison)) == [Retried("forum", str(poison), 2)]
    assert [event.position for event in await parked(reader.database)] == [3]


async def test_later_events_of_the_aggregate_flow_again_after_a_retry(owner, reader, poison, beside):
    await retry(reader.service, reader.database)
    await owner.record(subjects=[poison])
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(6)
    assert reader.handled[-1] == 6


async def test_retry_waits_for_a_batch_that_is_being_applied(owner, reader, poison, beside):
    pool = await reader.database.pool()
    async with pool.acquire() as db, db.transaction():
        await db.execute("update checkpoints set position = position")
        async with beside(_retry(reader)):
            await db.fetch("select pg_sleep(0.3)")
            assert [event.position for event in await parked(reader.database)] == [2, 3, 4]


async def _retry(reader):
    await retry(reader.service, reader.database)


async def test_a_skip_is_recorded_and_frees_what_follows(reader, poison):
    reader.stumbles_over.add(poison)
    first, _, last = await parked(reader.database)
    skipped = await skip(reader.database, first.id, why="sent by a test", actor="operator")
    assert skipped == first
    assert await reader.rows("select position, subject, reason, skipped_by from skipped_events") == [
        (2, str(poison), "sent by a test", "operator")
    ]
    reader.stumbles_over.remove(poison)
    assert await retry(reader.service, reader.database, subject=str(poison)) == [Retried("forum", str(poison), 1)]
    assert reader.handled[-1] == last.position


async def test_only_the_first_parked_event_of_an_aggregate_is_skipped(reader, poison):
    last = (await parked(reader.database))[-1]
    with pytest.raises(SkipRefused, match="at position 2"):
        await skip(reader.database, last.id, why="impatience", actor="operator")
    with pytest.raises(SkipRefused, match="No event"):
        await skip(reader.database, new_id(), why="impatience", actor="operator")
    assert len(await parked(reader.database)) == 3
