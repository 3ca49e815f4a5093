"""A process that is told to stop answers what it has begun, hands over what it holds, and ends with 0. Rule X5."""

import asyncio
import contextlib
import json
import signal
import socket

import httpx
import pytest
import websockets

from beatbook.runtime.ports import free_port
from tests.forum.conftest import COUNTRY, MAPPING
from tests.gateway.following import FOLLOW, PROTOCOL
from tests.outages.processes import GRACE_SECONDS, serve

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def served(tmp_path):
    started = []

    def start(name, settings):
        process = serve(name, settings, tmp_path / f"{name}-{len(started)}.log")
        started.append(process)
        return process

    yield start
    for process in started:
        process.close()


async def is_ready(process):
    async with httpx.AsyncClient(base_url=process.url, timeout=10) as http:
        try:
            return (await http.get("/health/ready")).json()["status"] == "ok"
        except httpx.TransportError:
            assert process.process.poll() is None, "it ended"
            return False


@pytest.fixture
def admin(tokens):
    return {"Authorization": tokens("admin@XK"), "If-Match": "*"}


async def prepare(http, admin):
    body = {"mapping": MAPPING, "collections": [COUNTRY], "valid_from": "2020-01-01"}
    assert (await http.post("/v1/areas/imports", json=body, headers=admin)).is_success


async def test_a_stop_under_load_answers_what_was_begun_and_loses_nothing(
    served, settings_for, client, admin, eventually
):
    settings = await settings_for("forum", port=free_port())
    behind = await client.of(settings.model_copy(update={"role": "api"}), "forum")
    await prepare(behind, admin)
    forum = served("forum", settings)
    await eventually(lambda: is_ready(forum))
    database = behind._transport.app.state.database
    pool = await database.pool()
    before = await pool.fetchval("select count(*) from events")
    answers, broken = [], []

    async def write(number):
        async with httpx.AsyncClient(base_url=forum.url, headers=admin, timeout=60) as http:
            while True:
                try:
                    answers.append(await http.patch("/v1/areas/XK.PEC", json={"names": {"en": f"N{len(answers)}"}}))
                except httpx.TransportError as error:
                    broken.append(error)
                    return

    writers = [asyncio.create_task(write(number)) for number in range(4)]
    holding = await database.connect()
    await holding.execute("begin")
    await holding.execute("select from areas where code = 'XK.PRI' for update")
    async with httpx.AsyncClient(base_url=forum.url, headers=admin, timeout=60) as http:
        begun = asyncio.create_task(http.patch("/v1/areas/XK.PRI", json={"names": {"en": "Begun"}}))
        waiting = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        await eventually(lambda: pool.fetchval(waiting))
        await eventually(lambda: asyncio.sleep(0, len(answers) > 20))
        forum.send(signal.SIGTERM)
        await asyncio.gather(*writers)
        with pytest.raises(httpx.TransportError):
            await httpx.AsyncClient().get(f"{forum.url}/health/live")
        assert not begun.done()
        await holding.execute("commit")
        assert (await begun).status_code == 200
    await holding.close()
    assert await asyncio.to_thread(forum.end) == 0
    done = sum(answer.status_code == 200 for answer in answers)
    assert {answer.status_code for answer in answers} == {200}
    events = await pool.fetchval("select count(*) from events") - before
    assert done + 1 <= events <= done + 1 + len(broken)


async def test_no_connection_and_no_lock_outlives_a_stop(served, settings_for, eventually, backends):
    settings = await settings_for("kpi", port=free_port(), role="worker")
    worker = served("kpi", settings)
    await eventually(lambda: is_ready(worker))
    assert await backends(settings.database_url) > 0
    worker.send(signal.SIGTERM)
    assert await asyncio.to_thread(worker.end) == 0

    async def none_left():
        return await backends(settings.database_url) == 0

    await eventually(none_left)


async def test_a_stop_while_servers_hang_ends_within_its_grace(
    served, settings_for, eventually, postgres_process, nats_process
):
    settings = await settings_for("cases", port=free_port())
    cases = served("cases", settings)
    await eventually(lambda: is_ready(cases))
    postgres_process.freeze()
    nats_process.freeze()
    async with httpx.AsyncClient(base_url=cases.url, timeout=60) as http:
        hanging = asyncio.create_task(http.get("/v1/incidents"))
        await asyncio.sleep(1)
        cases.send(signal.SIGTERM)
        code = await asyncio.to_thread(cases.process.wait, 2 * GRACE_SECONDS + 5)
        await asyncio.gather(hanging, return_exceptions=True)
    assert code == 0


async def test_a_process_that_cannot_start_says_so(served, settings_for):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        gateway = served("gateway", await settings_for("gateway", port=taken.getsockname()[1]))
        assert await asyncio.to_thread(gateway.end) not in (0, -signal.SIGTERM)


async def test_followers_of_events_do_not_hold_up_a_stop(served, settings_for, stack, admin, eventually):
    """Neither those by WebSocket nor those by server-sent events; they are told that there will be no more."""
    forum = (await stack("forum"))["forum"]
    await prepare(forum.http, admin)
    gateway = served("gateway", await settings_for("gateway", port=free_port(), forum_url=forum.url))
    await eventually(lambda: is_ready(gateway))
    question = {"query": FOLLOW, "variables": {"area": "XK"}}
    idle = await websockets.connect(gateway.url.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL])
    following = await websockets.connect(gateway.url.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL])
    await following.send(json.dumps({"type": "connection_init"}))
    await following.send(json.dumps({"type": "subscribe", "id": "1", "payload": question}))
    events = {"Accept": "text/event-stream", **admin}
    async with (
        httpx.AsyncClient(base_url=gateway.url, timeout=60) as http,
        http.stream("POST", "/graphql", json=question, headers=events) as stream,
    ):
        heard: list[str] = []

        async def read():
            async for part in stream.aiter_text():
                heard.append(part)  # noqa: PERF401 - looked at meanwhile

        reading = asyncio.create_task(read())

        async def something_was_heard():
            body = {"names": {"en": f"Name {len(heard)} {asyncio.get_running_loop().time()}"}}
            await forum.http.patch("/v1/areas/XK.PRI", json=body, headers=admin)
            return "areaEvents" in "".join(heard)

        await eventually(something_was_heard)
        gateway.send(signal.SIGTERM)
        assert await asyncio.to_thread(gateway.end) == 0
        await reading
        assert '"code":"unavailable"' in "".join(heard)
    told = []
    async with asyncio.timeout(20):
        with contextlib.suppress(websockets.ConnectionClosed):
            async for message in following:
                told.append(json.loads(message))  # noqa: PERF401 - what came before the end counts
        await idle.wait_closed()
    assert "unavailable" in json.dumps(told[-2:])
    assert following.close_code == idle.close_code == 1012, "service restart: come again"
