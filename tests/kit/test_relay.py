"""The log and its relay: contiguous positions in commit order, and a broker that loses things. Rules X1, X3."""

import pytest

from beatbook.contracts.areas import Tier
from beatbook.contracts.forum import AreaRegistered
from beatbook.kit import relay
from beatbook.kit.broker import stream_name
from beatbook.kit.errors import TooLarge
from beatbook.kit.events import MAX_EVENT_BYTES, Fact, emit_many
from beatbook.kit.ids import new_id


async def test_what_is_rolled_back_is_never_published(owner, now, meeting):
    pool = await owner.database.pool()
    async with pool.acquire() as db:
        transaction = db.transaction()
        await transaction.start()
        await emit_many(db, [Fact(meeting(new_id()), new_id(), "XK.PRI")], actor="tester", at=now)
        await transaction.rollback()
    await owner.record(2)
    await owner.relayed()
    assert await owner.stream_positions() == [1, 2]


async def test_an_event_that_commits_late_is_not_missed(owner, now, meeting, beside, eventually):
    pool = await owner.database.pool()
    late, early = new_id(), new_id()
    async with beside(owner.relay().run()), pool.acquire() as db:
        transaction = db.transaction()
        await transaction.start()
        await emit_many(db, [Fact(meeting(late), late, "XK.PRI")], actor="tester", at=now)
        await owner.record(subjects=[early])
        await eventually(lambda: _published(owner, 1))
        await transaction.commit()
        await eventually(lambda: _published(owner, 2))
    rows = await pool.fetch("select subject from events order by position")
    assert [row["subject"] for row in rows] == [early, late]


async def test_events_of_one_transaction_keep_their_order_however_many_others_come_between(
    owner, now, meeting, beside, eventually, monkeypatch
):  # fmt: skip
    monkeypatch.setattr(relay, "SWEEP_SECONDS", float("inf"))
    pool = await owner.database.pool()
    subject, serving = new_id(), owner.relay()
    async with beside(serving.run()), pool.acquire() as db:
        transaction = db.transaction()
        await transaction.start()
        await emit_many(db, [Fact(meeting(new_id()), subject, "XK.PRI")], actor="tester", at=now)
        await owner.record(20)
        await eventually(lambda: _published(owner, 20))
        await serving._settle(pool)
        await emit_many(db, [Fact(meeting(new_id()), subject, "XK.PRI")], actor="tester", at=now)
        await transaction.commit()
        serving.wake()
        await eventually(lambda: _published(owner, 22))
        await serving._settle(pool)
        assert serving._settled == 21, "a claim's place settles once all who wrote beside it have ended"
    rows = await pool.fetch("select position from events where subject = $1 order by seq", subject)
    assert [row["position"] for row in rows] == [21, 22]


async def test_a_relay_that_begins_late_does_not_look_through_all_that_was_claimed(owner, beside, eventually):
    await owner.record(30)
    await owner.relayed()
    serving = owner.relay()

    async def settled():
        return serving._settled == 30

    async with beside(serving.run()):
        await eventually(settled)


async def test_an_event_below_the_settled_place_is_found_by_a_sweep(owner, beside, eventually):
    serving = owner.relay()
    async with beside(serving.run()):
        await owner.record(5)
        await eventually(lambda: _published(owner, 5))
        serving._settled = 1_000
        await owner.record(5)
        await eventually(lambda: _published(owner, 10))
    assert await owner.stream_positions() == list(range(1, 11))


async def test_a_relay_without_work_writes_nothing(owner, beside, eventually):
    pool = await owner.database.pool()
    relay = owner.relay()
    async with beside(relay.run()):
        await owner.record(3)
        await eventually(owner.all_published)
        before = await pool.fetchval("select xmin::text || ctid::text from relay")
        for _ in range(20):
            relay.wake()
            await eventually(lambda: _asleep(relay))
    assert await pool.fetchval("select xmin::text || ctid::text from relay") == before


async def _asleep(relay):
    return not relay._woken.is_set()


async def test_of_a_great_loss_only_the_newest_events_are_published_again(owner, monkeypatch):
    await owner.record(300)
    await owner.relayed()
    monkeypatch.setattr(relay, "REFILL", 50)
    await owner.broker.jetstream.purge_stream(stream_name("forum"))
    await owner.record(5)
    await owner.relayed()
    assert await owner.stream_positions() == list(range(251, 306))


async def test_events_far_wider_than_a_batch_keep_their_order(owner, now, meeting):
    pool = await owner.database.pool()
    wide = [meeting(new_id()).model_copy(update={"purpose": new_id().hex * 9_000}) for _ in range(12)]
    async with pool.acquire() as db:
        await emit_many(db, [Fact(event, new_id(), "XK.PRI") for event in wide], actor="tester", at=now)
    await owner.relayed()
    assert await owner.stream_positions() == list(range(1, 13))


async def _published(owner, count):
    return await (await owner.database.pool()).fetchval("select published = $1 from relay", count)


async def test_many_events_keep_their_order(owner):
    await owner.record(1800)
    await owner.relayed()
    assert await owner.stream_positions() == list(range(1, 1801))


async def test_a_crash_between_publishing_and_noting_it_publishes_nothing_twice(owner):
    await owner.record(700)
    await owner.relayed()
    await (await owner.database.pool()).execute("update relay set published = 0")
    await owner.record(3)
    await owner.relayed()
    assert await owner.stream_positions() == list(range(1, 704))


@pytest.mark.parametrize("loss", ["deleted", "purged"])
async def test_what_the_broker_lost_is_published_again(owner, loss):
    await owner.record(600)
    await owner.relayed()
    jetstream, stream = owner.broker.jetstream, stream_name("forum")
    await (jetstream.delete_stream(stream) if loss == "deleted" else jetstream.purge_stream(stream))
    await owner.record(1)
    await owner.relayed()
    assert await owner.stream_positions() == list(range(1, 602))


async def test_a_stream_deleted_while_the_relay_runs_is_refilled(owner, beside, eventually):
    async def refilled():
        return await owner.stream_positions() == [*range(1, 51)]

    async with beside(owner.relay().run()):
        await owner.record(40)
        await eventually(owner.all_published)
        await owner.broker.jetstream.delete_stream(stream_name("forum"))
        await owner.record(10)
        await eventually(owner.all_published)
        await eventually(refilled)


async def test_an_event_too_large_for_the_broker_fails_its_command_not_the_stream(owner, now):
    event = AreaRegistered(
        code="XK", tier=Tier.NATIONAL, names={"en": "x" * MAX_EVENT_BYTES}, external_codes={}, population=None,
        boundary=None, valid_from=now.date(),
    )  # fmt: skip
    pool = await owner.database.pool()
    async with pool.acquire() as db:
        with pytest.raises(TooLarge):
            await emit_many(db, [Fact(event, new_id(), "XK")], actor="tester", at=now)
    await owner.record(1)
    await owner.relayed()
    assert await owner.stream_positions() == [1]


async def test_after_a_restored_backup_no_position_is_given_twice(owner):
    await owner.record(5)
    await owner.relayed()
    pool = await owner.database.pool()
    await owner.tamper("delete from events where position > 3")
    await pool.execute("update relay set position = 3, published = 3")
    await owner.record(2)
    await owner.relayed()
    assert await owner.stream_positions() == [1, 2, 3, 4, 5, 6, 7]
    rows = await pool.fetch("select position from events order by position")
    assert [row["position"] for row in rows] == [1, 2, 3, 6, 7]


async def test_a_hole_at_the_end_of_a_restored_log_does_not_stop_it_when_the_broker_lost_that_too(owner):
    await owner.record(3)
    await owner.relayed()
    await owner.tamper("update relay set position = 6, published = 6")
    await owner.record(2)
    await owner.relayed()
    assert await owner.stream_positions() == [1, 2, 3, 7, 8]


async def test_after_a_restored_backup_a_message_of_a_stranger_is_passed_over(owner):
    await owner.record(5)
    await owner.relayed()
    await owner.broker.client.publish("beatbook.forum.noise.made.XK", b"?")
    await owner.tamper("delete from events where position > 3")
    await owner.tamper("update relay set position = 3, published = 3")
    await owner.record(2)
    await owner.relayed()
    rows = await (await owner.database.pool()).fetch("select position from events order by position")
    assert [row["position"] for row in rows] == [1, 2, 3, 6, 7]


async def test_an_event_older_than_the_backup_but_published_after_it_keeps_its_position(owner):
    """Committed before the backup was taken, given a position after it: once more, and readers would apply it twice."""
    await owner.record(5)
    await owner.relayed()
    pool = await owner.database.pool()
    before = await pool.fetch("select id, position from events where position <= 4 order by position")
    await owner.tamper("delete from events where position = 5")
    await owner.tamper("update events set position = null where position in (3, 4)")
    await owner.tamper("update relay set position = 2, published = 2")
    await owner.record(2)
    await owner.relayed()
    assert await owner.stream_positions() == list(range(1, 8))
    after = await pool.fetch("select id, position from events order by position")
    assert after[:4] == before
    assert [row["position"] for row in after[4:]] == [6, 7]
