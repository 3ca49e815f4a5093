"""A broker that is gone or hangs: commands succeed, events wait, readiness says so, all goes on by itself. Rule X5."""

import asyncio
import itertools

import pytest

from beatbook.kit import lag
from tests.forum.conftest import COUNTRY, MAPPING
from tests.metering import Gauges, measure_this_process

ENOUGH = 45
"""Seconds that tell commands at their own pace from commands that wait for a broker."""
AWAY = ["killed", "frozen"]


@pytest.fixture
def away(nats_process):
    def make(how):
        nats_process.kill() if how == "killed" else nats_process.freeze()

    return make


@pytest.fixture
def back(nats_process):
    async def revive():
        nats_process.raise_up()
        await asyncio.to_thread(nats_process.reach)

    return revive


@pytest.fixture
def admin(tokens):
    return {"Authorization": tokens("admin@XK"), "If-Match": "*"}


async def import_country(forum, admin):
    body = {"mapping": MAPPING, "collections": [COUNTRY], "valid_from": "2020-01-01"}
    answer = await forum.post("/v1/areas/imports", json=body, headers=admin)
    assert answer.is_success, answer.text


_NAMES = itertools.count()


async def rename(forum, admin, times):
    """Commands with an event each."""
    async with asyncio.timeout(ENOUGH):
        for _ in range(times):
            body = {"names": {"en": f"Name {next(_NAMES)}"}}
            answer = await forum.patch("/v1/areas/XK.PRI", json=body, headers=admin)
            assert answer.is_success, answer.text


async def status(http):
    return (await http.get("/health/ready")).json()["status"]


def ready_is(http, wanted):
    async def check():
        return await status(http) == wanted

    return check


def caught_up(running):
    async def check():
        log = await running["forum"].app.state.database.pool()
        head = await log.fetchrow("select count(*) events, count(position) placed, max(position) last from events")
        reader = await running["cases"].app.state.database.pool()
        applied = await reader.fetchval("select position from checkpoints where source = 'forum'")
        return head["events"] == head["placed"] == head["last"] == applied

    return check


@pytest.mark.parametrize("how", AWAY)
async def test_lag_grows_while_the_broker_is_away(stack, admin, away, back, eventually, monkeypatch, how):
    """Readers have nothing to read, and know how much: by the owner's log. Afterwards the gauges are 0 again."""
    measure_this_process()
    monkeypatch.setattr(lag, "EVERY_SECONDS", 0.2)
    running = await stack("forum", "cases")
    gauges = Gauges(running["cases"].url)
    await import_country(running["forum"].http, admin)

    def lag_is(positions):
        async def check():
            waiting = await gauges("beatbook_events_waiting", service="forum")
            return (await gauges.lag("cases"))[0] == waiting == positions

        return check

    await eventually(lag_is(0))
    away(how)
    await rename(running["forum"].http, admin, 7)
    await eventually(lag_is(7))
    age = (await gauges.lag("cases"))[1]
    await rename(running["forum"].http, admin, 5)
    await eventually(lag_is(12))
    assert (await gauges.lag("cases"))[1] > age > 0
    assert await gauges("beatbook_events_waiting_seconds", service="forum") > age
    await back()
    await eventually(lag_is(0))
    assert (await gauges.lag("cases"))[1] == 0


@pytest.mark.parametrize("how", AWAY)
async def test_commands_go_on_and_events_arrive_once_the_broker_is_back(stack, admin, away, back, eventually, how):
    running = await stack("forum", "cases")
    forum = running["forum"].http
    await import_country(forum, admin)
    await eventually(caught_up(running))
    assert await status(forum) == "ok"
    for _ in range(2 if how == "killed" else 1):  # one that hangs is found silent after three pings only
        away(how)
        await rename(forum, admin, 30)
        await eventually(ready_is(forum, "degraded"))
        answer = await forum.get("/health/ready")
        assert (answer.status_code, answer.json()) == (200, {"status": "degraded", "database": "ok", "broker": "down"})
        await rename(forum, admin, 10)
        await back()
        await eventually(caught_up(running))
        await eventually(ready_is(forum, "ok"))


async def test_a_start_without_a_broker_is_mended_by_the_brokers_start(stack, admin, away, back, eventually):
    away("killed")
    running = await stack("forum", "cases")
    forum = running["forum"].http
    await import_country(forum, admin)
    assert await status(forum) == "degraded"
    await back()
    await eventually(caught_up(running))
    await eventually(ready_is(forum, "ok"))


async def test_a_worker_is_not_ready_without_its_broker(client, away, back, eventually):
    worker = await client("kpi", role="worker")
    await eventually(ready_is(worker, "ok"))
    away("killed")
    await eventually(ready_is(worker, "unavailable"))
    answer = await worker.get("/health/ready")
    assert (answer.status_code, answer.json()["broker"], int(answer.headers["Retry-After"]) > 0) == (503, "down", True)
    await back()
    await eventually(ready_is(worker, "ok"))


async def test_a_broker_that_hangs_and_whose_buffers_are_full_holds_up_no_command(stack, admin, away, back, eventually):
    running = await stack("forum", "cases")
    forum, broker = running["forum"].http, running["forum"].app.state.broker
    await import_country(forum, admin)
    await eventually(caught_up(running))
    broker.client.options["ping_interval"] = 600  # it is not found silent while this goes on
    away("frozen")
    floods = []
    for _ in range(2):  # the first fills what the client has handed to its socket, the second what it has not
        floods += [asyncio.create_task(broker.client.publish("nobody.listens", b"x" * 1_000_000)) for _ in range(20)]
        await asyncio.sleep(0.5)
    assert broker.connected
    assert not all(task.done() for task in floods), "nothing is held up"
    await rename(forum, admin, 20)
    assert broker.connected, "the broker was found silent before the commands were through"
    await back()
    await asyncio.gather(*floods, return_exceptions=True)
    await eventually(caught_up(running))
