"""Two replicas of each worker: one is stopped, killed or frozen under load, the other takes over. Rules X1, X5."""

import asyncio
import signal

import pytest

from beatbook.contracts.cases import IncidentRecorded
from beatbook.kit.clock import utc_now
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.ids import new_id
from beatbook.runtime.ports import free_port
from tests.outages.processes import serve
from tests.outages.test_stopping import is_ready

pytestmark = pytest.mark.timeout(280)


@pytest.fixture
def served(tmp_path):
    started = []

    def start(name, settings):
        process = serve(
            name,
            settings.model_copy(update={"port": free_port(), "role": "worker"}),
            tmp_path / f"{name}-{len(started)}.log",
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.close()


async def record(log, count):
    """Incidents as the cases service's commands would append them."""
    ids = [new_id() for _ in range(count)]
    month = utc_now().date().replace(day=1)
    facts = [
        Fact(IncidentRecorded(incident_id=id, area="XK.PRI", month=month, category="0501"), id, "XK.PRI") for id in ids
    ]
    async with log.acquire() as db, db.transaction():
        await emit_many(db, facts, actor="tester", at=utc_now())


@pytest.mark.parametrize("how", ["stopped", "killed", "frozen"])
async def test_the_other_replica_takes_over_and_each_event_has_its_effect_once(stack, served, eventually, how):
    running = await stack("cases", "kpi", role="api")
    logs = {name: await running[name].app.state.database.pool() for name in running}
    first, second = ([served(name, running[name].settings) for name in running] for _ in range(2))

    async def all_ready(replicas):
        return all([await is_ready(replica) for replica in replicas])

    async def counted():
        return await logs["kpi"].fetchval(
            "select coalesce(sum(count), 0) from facts where area = 'XK' and measure = 'incidents'"
        )

    recorded = 0

    async def load():
        nonlocal recorded
        while True:
            await record(logs["cases"], 50)
            recorded += 50
            await asyncio.sleep(0.02)

    await eventually(lambda: all_ready(first))
    loading = asyncio.create_task(load())
    await eventually(counted)
    await eventually(lambda: all_ready(second))
    for replica in first:
        replica.send({"stopped": signal.SIGTERM, "killed": signal.SIGKILL, "frozen": signal.SIGSTOP}[how])
    if how != "frozen":
        codes = [await asyncio.to_thread(replica.end) for replica in first]
        assert codes == [0 if how == "stopped" else -signal.SIGKILL] * 2
    taken_over = recorded + 500

    async def the_others_work():
        return await counted() >= taken_over

    await eventually(the_others_work)
    if how == "frozen":
        for replica in first:
            replica.send(signal.SIGCONT)
        thawed = recorded + 500
        await eventually(lambda: asyncio.sleep(0, recorded > thawed))
        for replica in second:
            replica.send(signal.SIGTERM)
        assert [await asyncio.to_thread(replica.end) for replica in second] == [0, 0]
    loading.cancel()
    await asyncio.gather(loading, return_exceptions=True)
    events = await logs["cases"].fetchval("select count(*) from events")

    async def all_counted():
        return await counted() >= events

    await eventually(all_counted)
    await asyncio.sleep(1)
    assert await counted() == events
    state = (await running["cases"].app.state.broker.jetstream.stream_info("beatbook-cases")).state
    assert state.messages == events, "the stream holds an event twice, or lacks one"
