"""Relay and consumers where each service has an account of its own at the broker. ADR 0013."""

import asyncio

import pytest

from beatbook.kit.broker import Broker, stream_name
from tests.servers import walled_nats_server


@pytest.fixture(scope="module")
def walled(tmp_path_factory):
    with walled_nats_server(tmp_path_factory.mktemp("walled")) as urls:
        yield urls


@pytest.fixture
async def apart(owner, reader, walled):
    """The owner in the forum's account, the reader in that of kpi."""
    owner.broker = Broker(walled["forum"], "owner", "forum")
    reader.broker = Broker(walled["kpi"], "reader", "kpi")
    yield
    await owner.broker.close()
    await reader.broker.close()


async def test_a_reader_waits_for_a_stream_that_is_its_owners_to_make_and_make_again(apart, owner, reader, beside):
    async with beside(reader.consume()):
        await asyncio.sleep(1)
        await owner.record(20)
        async with beside(owner.relay().run()):
            await reader.reached(20)
            assert (await owner.broker.jetstream.stream_info(stream_name("forum"))).state.messages == 20
            await owner.broker.jetstream.purge_stream(stream_name("forum"))
            await owner.record(20)
            await reader.reached(40)
    assert reader.handled == list(range(1, 41))
