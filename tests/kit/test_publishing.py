"""Batches: stored at their place or not at all, whatever happens to their answer. Rule X1, ADR 0011."""

import pytest
from nats.js.api import DiscardPolicy, StreamConfig

from beatbook.contracts.envelope import cloudevent_headers
from beatbook.kit import publishing, relay
from beatbook.kit.broker import BrokerTooOld, stream_name
from beatbook.kit.ids import new_id
from beatbook.kit.publishing import Publisher, PublishStopped


@pytest.fixture
async def publisher(broker):
    await broker.ensure_stream("forum")
    publisher = Publisher(broker.client, "forum")
    await publisher.open()
    return publisher


@pytest.fixture
def rows(now):
    def make(first, last, **more):
        shared = {"type": "org.beatbook.forum.meeting.held.v1", "area": "XK.PRI", "time": now, "data": "{}"}
        return [
            {"id": str(new_id()), "subject": str(new_id()), "actor": "tester", "traceparent": None, **shared, **more}
            | {"position": position}
            for position in range(first, last + 1)
        ]

    return make


async def test_a_message_says_what_the_envelope_says_and_no_more(publisher, rows, broker, now):
    [row] = rows(7, 7, actor=" eve\r\nNats-Rollup: all\n", traceparent="00-aa-bb-01", data='{"name": "Pëllumb"}')
    await publisher.publish(publisher.write([row], 0))
    found = await broker.jetstream.get_msg(stream_name("forum"), 1)
    expected = cloudevent_headers(
        id=row["id"], type=row["type"], source="/beatbook/forum", subject=row["subject"], area="XK.PRI",
        time=now.isoformat(), actor="eve  Nats-Rollup: all", position=7, traceparent="00-aa-bb-01",
    )  # fmt: skip
    assert {name: value for name, value in found.headers.items() if not name.startswith("Nats-")} == expected
    assert not [name for name in found.headers if name == "Nats-Rollup"]
    assert found.subject == "beatbook.forum.meeting.held.XK.PRI"
    assert found.data.decode() == row["data"]


async def test_a_subject_that_would_break_its_line_is_refused(publisher, rows):
    with pytest.raises(ValueError, match="subject"):
        publisher.write(rows(1, 1, area="XK 5\r\nPUB other 0"), 0)


@pytest.mark.parametrize("type", ["org.beatbook.cases.incident.recorded.v1", "nonsense", ""])
async def test_an_event_that_is_not_this_services_is_refused_here_not_by_the_broker(publisher, rows, type):
    """Who tries to publish what is another's is taken for a cheat, and its process ended, again and again. ADR 0013."""
    with pytest.raises(ValueError, match="subject"):
        publisher.write(rows(1, 1, type=type), 0)


@pytest.mark.parametrize("last", [9, 30], ids=["few", "many"])
async def test_a_batch_for_another_place_leaves_nothing(publisher, rows, owner, last):
    await publisher.publish(publisher.write(rows(1, 3), 0))
    for wrong in (0, 2, 4):
        with pytest.raises(PublishStopped, match="wrong last sequence"):
            await publisher.publish(publisher.write(rows(4, last), wrong))
    await publisher.publish(publisher.write(rows(4, last), 3))
    assert await owner.stream_positions() == list(range(1, last + 1))


async def test_few_events_that_come_apart_are_followed_by_the_rest(owner, publisher, monkeypatch):
    ask, asked = Publisher._ask, []

    async def forget_the_third(self, wire, id):
        asked.append(id)
        if len(asked) == 3:
            raise PublishStopped("no answer")
        return await ask(self, wire, id)

    monkeypatch.setattr(Publisher, "_ask", forget_the_third)
    await owner.record(5)
    await owner.relayed()
    assert len(asked) == 3 + 3
    assert await owner.stream_positions() == [1, 2, 3, 4, 5]


async def test_the_largest_batch_is_taken_whole(publisher, rows, broker):
    await publisher.publish(publisher.write(rows(1, publishing.MOST_EVENTS), 0))
    assert await broker.last_position("forum") == (publishing.MOST_EVENTS, publishing.MOST_EVENTS)


async def test_without_a_stream_nothing_counts_as_published(publisher, rows, broker):
    await broker.jetstream.delete_stream(stream_name("forum"))
    with pytest.raises(PublishStopped, match="no stream"):
        await publisher.publish(publisher.write(rows(1, 2), 0))


async def test_answers_that_are_lost_are_made_up_for_by_looking(owner, monkeypatch):
    heard, lost = Publisher._heard, []

    async def hard_of_hearing(self, message):
        if len(lost) < 2:
            lost.append(message)
        else:
            await heard(self, message)

    monkeypatch.setattr(publishing, "ACK_SECONDS", 0.3)
    monkeypatch.setattr(Publisher, "_heard", hard_of_hearing)
    await owner.record(2500)
    await owner.relayed()
    assert len(lost) == 2
    assert await owner.stream_positions() == list(range(1, 2501))


@pytest.mark.parametrize("share", [1, 2], ids=["the whole batch", "half of it"])
async def test_another_relay_publishing_the_same_at_the_same_time_doubles_nothing(owner, monkeypatch, share):
    """A relay that was frozen with a batch in hand goes on when another has taken over."""
    write, publish, written, refused = Publisher.write, Publisher.publish, {}, []

    def remember(self, rows, sequence):
        batch = write(self, rows, sequence)
        written[batch.id] = write(self, rows[: -(-len(rows) // share)], sequence)
        return batch

    async def be_late(self, batch):
        await publish(self, written[batch.id])
        try:
            await publish(self, batch)
        except PublishStopped as stopped:
            refused.append(str(stopped))
            raise

    monkeypatch.setattr(Publisher, "write", remember)
    monkeypatch.setattr(Publisher, "publish", be_late)
    monkeypatch.setattr(relay, "MOST_EVENTS", 100)
    await owner.record(250)
    await owner.relayed()
    assert "wrong last sequence" in refused[0]
    assert await owner.stream_positions() == list(range(1, 251))


async def test_a_stream_of_an_earlier_version_is_changed_not_emptied(broker, nats_url):
    old = StreamConfig(name=stream_name("forum"), subjects=["beatbook.forum.>"], max_bytes=1 << 20, num_replicas=1)
    await broker.jetstream.add_stream(old)
    await broker.jetstream.publish("beatbook.forum.meeting.held.XK", b"{}", headers={"ce-position": "1"})
    await broker.ensure_stream("forum")
    info = await broker.jetstream.stream_info(stream_name("forum"))
    assert (info.config.allow_atomic, info.config.max_bytes, info.state.messages) == (True, 4 << 30, 1)


async def test_a_stream_that_somebody_turned_away_from_our_events_is_turned_back(owner, broker):
    await owner.record(3)
    await owner.relayed()
    info = await broker.jetstream.stream_info(stream_name("forum"))
    await broker.jetstream.update_stream(info.config.evolve(subjects=["elsewhere.>"], discard=DiscardPolicy.OLD))
    await owner.record(2)
    await owner.relayed()
    assert await owner.stream_positions() == [1, 2, 3, 4, 5]
    assert (await broker.jetstream.stream_info(stream_name("forum"))).config.discard == DiscardPolicy.NEW


async def test_a_server_that_would_take_a_batch_for_single_messages_is_refused(broker, monkeypatch):
    jetstream = type(broker.jetstream)
    update, add = jetstream.update_stream, jetstream.add_stream
    monkeypatch.setattr(jetstream, "update_stream", lambda self, config: update(self, config.evolve(allow_atomic=None)))
    monkeypatch.setattr(jetstream, "add_stream", lambda self, config: add(self, config.evolve(allow_atomic=None)))
    with pytest.raises(BrokerTooOld, match=r"2\.12"):
        await broker.ensure_stream("forum")
