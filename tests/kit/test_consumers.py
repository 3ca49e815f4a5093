"""Consumers: once in effect and in order, whatever is delivered, lost or broken off. Rule X1."""

import asyncio

import aiohttp
import asyncpg
import pytest
from pydantic import SecretStr

from beatbook.kit.applying import database_is_away
from beatbook.kit.broker import stream_name
from beatbook.kit.feed import FeedReader, Page
from beatbook.kit.ids import new_id
from beatbook.kit.rebuild import rebuild

TALLY = "select area, meetings, last_position from tallies order by area"


async def test_events_are_applied_once_and_in_order(owner, reader, beside):
    await owner.record(1200, areas=["XK.PRI", "XK.PEJ"])
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(1200)
    assert reader.handled == list(range(1, 1201))
    assert await reader.rows(TALLY) == [("XK.PEJ", 600, 1200), ("XK.PRI", 600, 1199)]


async def test_a_stream_delivered_twice_counts_once(owner, reader, beside):
    await owner.record(50)
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(50)
    await owner.broker.jetstream.delete_stream(stream_name("forum"))
    await owner.record(1)
    async with beside(owner.relay().run(), reader.consume()):
        await reader.reached(51)
    assert reader.handled == list(range(1, 52))


async def test_events_that_arrive_out_of_order_are_put_in_order_from_the_log(owner, reader, beside):
    await owner.record(5)
    await owner.relayed()
    await _shuffle_the_stream(owner)
    async with beside(reader.consume()):
        await reader.reached(5)
    assert reader.handled == [1, 2, 3, 4, 5]


async def _shuffle_the_stream(owner):
    jetstream, stream = owner.broker.jetstream, stream_name("forum")
    messages = [await jetstream.get_msg(stream, sequence) for sequence in (2, 1, 4, 3, 5)]
    await jetstream.purge_stream(stream)
    for message in messages:
        headers = {name: value for name, value in message.headers.items() if not name.startswith("Nats-")}
        await jetstream.publish(message.subject, message.data, headers=headers)


async def test_a_gap_is_filled_from_the_owners_log(owner, reader, beside):
    await owner.record(1500)
    await owner.relayed()
    await owner.broker.jetstream.purge_stream(stream_name("forum"), seq=1400)
    async with beside(reader.consume()):
        await reader.reached(1500)
    assert reader.handled == list(range(1, 1501))


async def test_messages_deleted_in_the_middle_of_a_stream_are_read_from_the_log(owner, reader, beside):
    await owner.record(300)
    await owner.relayed()
    for sequence in (7, 8, 120, 299):
        await owner.broker.jetstream.delete_msg(stream_name("forum"), sequence)
    async with beside(reader.consume()):
        await reader.reached(300)
    assert reader.handled == list(range(1, 301))


async def test_positions_that_the_log_itself_lost_are_passed_over(owner, reader, postgres, beside):
    """A log restored from an earlier day goes on after the positions it had given out."""
    await owner.record(8)
    await owner.relayed()
    restored = await asyncpg.connect(postgres.admin_url, database=owner.settings.database_url.rpartition("/")[2])
    await restored.execute("set session_replication_role = replica; delete from events where position in (4, 5)")
    await restored.close()
    for sequence in (4, 5):
        await owner.broker.jetstream.delete_msg(stream_name("forum"), sequence)
    async with beside(reader.consume()):
        await reader.reached(8)
    assert reader.handled == [1, 2, 3, 6, 7, 8]
    live = await reader.rows(TALLY)
    await rebuild(reader.service, reader.database, reader.feed)
    assert await reader.rows(TALLY) == live


async def test_a_log_and_its_stream_of_an_earlier_day_are_told(owner, reader, beside, eventually, caplog):
    async def told():
        return "has read forum up to 5, its log goes up to 3: restored?" in caplog.text

    await owner.record(5)
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(5)
        await owner.broker.jetstream.purge_stream(stream_name("forum"))
        await owner.tamper("delete from events where position > 3")
        await owner.tamper("update relay set position = 3, published = 3")
        await eventually(told)


async def test_positions_that_the_log_gives_out_only_while_it_is_read_are_not_passed_over(
    owner, reader, beside, monkeypatch
):  # fmt: skip
    """As a relay does that takes up what was published before its database was restored to an earlier day."""
    pages, read = reader.feed.pages, []

    async def before_they_were_given(source, position):
        read.append(position)
        async for page in pages(source, position):
            if len(read) > 1:
                yield page

    monkeypatch.setattr(reader.feed, "pages", before_they_were_given)
    await owner.record(6)
    await owner.relayed()
    await owner.broker.jetstream.delete_msg(stream_name("forum"), 3)
    async with beside(reader.consume()):
        await reader.reached(6)
    assert reader.handled == [1, 2, 3, 4, 5, 6]
    assert len(read) == 2


async def test_events_before_a_message_that_no_relay_sent_are_read(owner, reader, beside):
    await owner.record(20)
    await owner.relayed()
    await owner.broker.jetstream.publish("beatbook.forum.meeting.held.XK", b"nobody knows")
    async with beside(reader.consume()):
        await reader.reached(20)
    assert reader.handled == list(range(1, 21))
    assert await owner.broker.last_position("forum") == (21, 20)


async def test_a_crash_before_the_commit_leaves_no_trace(owner, reader, beside):
    await owner.record(10)
    await owner.relayed()
    handling = asyncio.Event()

    async def hang():
        handling.set()
        await asyncio.Event().wait()

    reader.pause = hang
    async with beside(reader.consume()):
        await asyncio.wait_for(handling.wait(), 10)
    assert (await reader.rows(TALLY), await reader.checkpoint()) == ([], 0)
    reader.pause = None
    async with beside(reader.consume()):
        await reader.reached(10)
    assert await reader.rows(TALLY) == [("XK.PRI", 10, 10)]


async def test_two_replicas_apply_each_event_once(owner, reader, beside):
    await owner.record(300)
    async with beside(owner.relay().run(), owner.relay().run(), reader.consume(), reader.consume()):
        await reader.reached(300)
        await owner.record(300)
        await reader.reached(600)
    assert reader.handled == list(range(1, 601))


async def test_a_broker_that_loses_its_stream_under_a_running_consumer_is_refilled(owner, reader, beside):
    await owner.record(100)
    async with beside(owner.relay().run(), reader.consume()):
        await reader.reached(100)
        await owner.broker.jetstream.delete_stream(stream_name("forum"))
        await owner.record(100)
        await reader.reached(200)
    assert reader.handled == list(range(1, 201))


async def test_a_poison_event_is_parked_and_its_aggregate_waits_while_others_flow(owner, reader, beside):
    poison, others = new_id(), [new_id() for _ in range(4)]
    reader.stumbles_over.add(poison)
    await owner.record(subjects=[others[0], poison, others[1], poison, others[2]])
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(5)
        await owner.record(subjects=[poison, others[3]])
        await owner.relayed()
        await reader.reached(7)
    assert reader.handled == [1, 3, 5, 7]
    parked = await reader.rows("select position, subject, error from parked_events order by position")
    waits = "waits for an earlier event of the same aggregate"
    assert parked == [(2, str(poison), "LookupError"), (4, str(poison), waits), (6, str(poison), waits)]


async def test_an_event_that_breaks_its_contract_is_parked_without_its_values(owner, reader, beside):
    await owner.record(2)
    await owner.tamper("""update events set data = data || '{"members_present": "Ana"}' where seq = 1""")
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(2)
    assert await reader.rows("select position, error from parked_events") == [
        (1, "breaks its contract at members_present")
    ]


async def test_a_type_nobody_handles_is_passed_over_whatever_it_holds(owner, reader, beside):
    await owner.record(2)
    await owner.tamper("update events set type = 'org.beatbook.forum.meeting.imagined.v9', data = '{}' where seq = 1")
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(2)
    assert reader.handled == [2]


@pytest.mark.parametrize("header", [{"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}, {}])
async def test_a_feed_is_for_those_who_have_its_secret(owner, header):
    url = f"{owner.settings.forum_url}/internal/events"
    async with aiohttp.ClientSession() as http, http.get(url, headers=header) as refused:
        assert refused.status == 401


@pytest.mark.parametrize(("after", "status"), [(-1, 422), ((1 << 63) - 1, 200), (1 << 63, 422)])
async def test_a_place_that_no_log_has_is_refused(owner, after, status):
    header = {"Authorization": f"Bearer {owner.settings.feed_secret.get_secret_value()}"}
    for what in ("events", "standing"):
        url = f"{owner.settings.forum_url}/internal/{what}?after={after}"
        async with aiohttp.ClientSession() as http, http.get(url, headers=header) as answer:
            assert answer.status == status


async def test_each_log_is_asked_with_its_own_secret(owner):
    other = owner.settings.model_copy(
        update={"cases_url": owner.settings.forum_url, "cases_feed_secret": SecretStr("another's")}
    )
    reader = FeedReader(other)
    try:
        assert await reader.after("forum", 0) == Page([], 0)
        for source in ("cases", "kpi"):  # with another log's secret, and with none
            with pytest.raises(aiohttp.ClientError):
                await reader.after(source, 0)
    finally:
        await reader.close()


async def test_a_message_that_no_relay_sent_is_passed_over(owner, reader, beside):
    await owner.record(2)
    await owner.relayed()
    await owner.broker.jetstream.publish("beatbook.forum.meeting.held.XK", b"nobody knows")
    await owner.record(2)
    async with beside(owner.relay().run(), reader.consume()):
        await reader.reached(4)
    assert reader.handled == [1, 2, 3, 4]


async def test_a_value_the_database_cannot_hold_is_the_events_fault_not_an_outage(reader):
    db = await reader.database.connect()
    with pytest.raises(asyncpg.DataError) as wrong:
        await db.fetchval("select $1::int", 2**40)
    assert not database_is_away(db, wrong.value)
    await db.close()
    with pytest.raises(asyncpg.InterfaceError) as away:
        await db.fetchval("select 1")
    assert database_is_away(db, away.value)
