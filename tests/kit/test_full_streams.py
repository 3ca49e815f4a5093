"""A stream or a broker without room: events wait in the log, nothing is lost, nobody has to lend a hand. Rule X3."""

import asyncio
import os
import signal
from dataclasses import replace

import pytest

from beatbook.kit import publishing
from beatbook.kit.broker import Broker, stream_name
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.ids import new_id
from beatbook.runtime.nats import NatsServer
from beatbook.runtime.ports import free_port

BOUND = 256 << 10
"""Bytes that the stream may hold: some four hundred events."""


@pytest.fixture
async def broker(nats_url):
    broker = Broker(nats_url, "test", stream_max_bytes=BOUND)
    await broker.connect()
    yield broker
    await broker.close()


async def test_far_more_than_fits_reaches_a_slow_reader_once_and_in_order(owner, reader, beside, caplog):
    async def take_long():
        await asyncio.sleep(0.2)

    reader.pause = take_long
    async with beside(owner.relay().run(), reader.consume()):
        for _ in range(6):
            await owner.record(1000)
        await reader.reached(6000)
    assert reader.handled == list(range(1, 6001))
    assert await reader.rows("select meetings from tallies") == [(6000,)]
    assert "is full" in caplog.text
    state = (await owner.broker.jetstream.stream_info(stream_name("forum"))).state
    assert state.bytes <= BOUND


async def test_a_batch_wider_than_the_whole_stream_goes_in_parts(owner):
    await owner.record(1800)
    await owner.relayed()
    positions = await owner.stream_positions()
    assert positions == list(range(positions[0], 1801))
    assert positions[0] > 1


async def test_an_event_that_can_never_fit_waits_and_says_so(owner, meeting, beside, eventually, caplog, now):
    async def complained():
        return "does not fit" in caplog.text

    pool = await owner.database.pool()
    vast = meeting(new_id()).model_copy(update={"purpose": "x" * BOUND})
    async with beside(owner.relay().run()):
        await owner.record(2)
        await eventually(owner.all_published)
        async with pool.acquire() as db:
            await emit_many(db, [Fact(vast, new_id(), "XK")], actor="tester", at=now)
        await owner.record(3)
        await eventually(complained)
    assert (await owner.stream_positions())[-1] == 2
    owner.broker._stream_max_bytes = 8 * BOUND
    await owner.relayed()
    assert (await owner.stream_positions())[-4:] == [3, 4, 5, 6]


@pytest.fixture
async def crowded(tmp_path, nats_url):
    """A broker whose store holds no more than 2 MiB in all."""
    server = NatsServer(
        tmp_path / "crowded", free_port(), "crowded", tmp_path / "log", store_settings={"max_file_store": 2 << 20}
    )
    pid = server.start()
    broker = Broker(server.url, "test", stream_max_bytes=1 << 20)
    await broker.connect()
    yield broker
    await broker.close()
    os.kill(pid, signal.SIGTERM)
    await asyncio.to_thread(os.waitpid, pid, 0)


async def test_a_broker_without_room_is_waited_for(owner, crowded, beside, eventually, caplog, monkeypatch):
    monkeypatch.setattr(publishing, "ACK_SECONDS", 1.0)
    here = replace(owner, broker=crowded)

    async def waits():
        return "BrokerFull" in caplog.text

    async with beside(here.relay().run()):
        await here.record(100)
        await eventually(here.all_published)
        await crowded.jetstream.add_stream(name="other", subjects=["other"])
        for _ in range(2100):
            await crowded.client.publish("other", b"x" * 1000)
        await here.record(100)
        await eventually(waits)
        assert not await here.all_published()
        await crowded.jetstream.purge_stream("other")
        await eventually(here.all_published)
    assert await here.stream_positions() == list(range(1, 201))


async def test_a_batch_that_ends_in_a_full_store_goes_on_after_its_last_message(
    owner, crowded, beside, eventually, monkeypatch
):  # fmt: skip
    """nats-server 2.15 stores as much of such a batch as there is room for, and says nothing."""
    monkeypatch.setattr(publishing, "ACK_SECONDS", 1.0)
    here = replace(owner, broker=crowded)
    await crowded.jetstream.add_stream(name="other", subjects=["other"])
    await crowded.ensure_stream("forum")
    for _ in range(1700):
        await crowded.client.publish("other", b"x" * 1000)

    async def broken_off():
        return 0 < (await crowded.last_position("forum"))[1] < 1000

    async with beside(here.relay().run()):
        await here.record(1000)
        await eventually(broken_off)
        await crowded.jetstream.purge_stream("other")
        await eventually(here.all_published)
    assert await here.stream_positions() == list(range(1, 1001))
