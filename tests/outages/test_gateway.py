"""The gateway when a service or the broker is gone or hangs: partial answers with a code, pages that say so. G4, X5."""

import asyncio
import json
import signal

import aiohttp
import httpx
import pytest
import websockets

from beatbook.runtime.ports import free_port
from gateway.clients import upstream
from tests.forum.conftest import COUNTRY, MAPPING
from tests.gateway.following import FOLLOW, PROTOCOL
from tests.outages.processes import serve
from tests.outages.test_stopping import is_ready

pytestmark = pytest.mark.timeout(240)

ENOUGH = 60
"""Seconds that tell an answer from a hang: a service is waited for up to ten, and few are asked one after the other."""
QUESTION = """{ area(code: "XK.PRI") { code name meetings { edges { node { id } } }
    figure(indicator: "meetings_held") { numerator } } }"""
AWAY = ["killed", "frozen"]


@pytest.fixture
async def services(settings_for, tokens, tmp_path, eventually):
    """The forum and kpi as processes of their own, with a country."""
    started = {
        name: serve(name, await settings_for(name, port=free_port()), tmp_path / name) for name in ("forum", "kpi")
    }
    for process in started.values():
        await eventually(lambda process=process: is_ready(process))
    async with httpx.AsyncClient(base_url=started["forum"].url, timeout=60) as http:
        body = {"mapping": MAPPING, "collections": [COUNTRY], "valid_from": "2020-01-01"}
        answer = await http.post("/v1/areas/imports", json=body, headers={"Authorization": tokens("admin@XK")})
        assert answer.is_success
    yield started
    for process in started.values():
        process.close()


@pytest.fixture
async def gateway(services, client):
    urls = {f"{name}_url": process.url for name, process in services.items()}
    return await client("gateway", **urls)


async def ask(gateway, query=QUESTION):
    async with asyncio.timeout(ENOUGH):
        answer = await gateway.post("/graphql", json={"query": query})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def page(gateway, path="/municipality/XK.PRI"):
    async with asyncio.timeout(ENOUGH):
        return await gateway.get(path)


@pytest.mark.parametrize("how", AWAY)
async def test_what_a_service_holds_is_missing_and_that_is_said(services, gateway, monkeypatch, eventually, how):
    async def all_answer():
        return "errors" not in await ask(gateway)

    await eventually(all_answer)
    whole = await ask(gateway)
    monkeypatch.setattr(upstream, "TIMEOUT", aiohttp.ClientTimeout(total=3))
    services["kpi"].send(signal.SIGKILL if how == "killed" else signal.SIGSTOP)
    partial = await ask(gateway)
    assert partial["data"]["area"] | {"figure": None} == whole["data"]["area"] | {"figure": None}
    assert [error["extensions"]["code"] for error in partial["errors"]] == ["unavailable"]
    assert partial["errors"][0]["extensions"]["service"] == "kpi"
    told = await page(gateway)
    assert told.status_code == 200
    assert "does not answer" in told.text
    services["forum"].send(signal.SIGKILL if how == "killed" else signal.SIGSTOP)
    nothing = await ask(gateway)
    assert nothing["data"] in (None, {"area": None})
    assert (
        nothing["errors"][0]["extensions"] | {"code": "unavailable", "service": "forum"}
        == nothing["errors"][0]["extensions"]
    )
    told = await page(gateway)
    assert (told.status_code, int(told.headers["Retry-After"]) > 0) == (503, True)
    assert "does not answer. Try again" in told.text
    if how == "frozen":
        for process in services.values():
            process.send(signal.SIGCONT)
        monkeypatch.undo()
        assert await ask(gateway) == whole
        assert (await page(gateway)).status_code == 200


@pytest.mark.parametrize("how", AWAY)
async def test_followers_are_told_when_the_broker_is_lost_and_follow_again_when_it_is_back(
    stack, tokens, nats_process, eventually, how
):
    running = await stack("forum", "gateway")
    forum, url = running["forum"].http, running["gateway"].url.replace("http", "ws") + "/graphql"
    admin = {"Authorization": tokens("admin@XK"), "If-Match": "*"}
    body = {"mapping": MAPPING, "collections": [COUNTRY], "valid_from": "2020-01-01"}
    assert (await forum.post("/v1/areas/imports", json=body, headers=admin)).is_success
    question = {"query": FOLLOW, "variables": {"area": "XK"}}

    async def follow():
        async with websockets.connect(url, subprotocols=[PROTOCOL]) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": question}))
            async for message in socket:
                told.append(json.loads(message))
                if told[-1]["type"] in ("error", "complete"):
                    return

    async def something_is_heard():
        body = {"names": {"en": f"Name {asyncio.get_running_loop().time()}"}}
        assert (await forum.patch("/v1/areas/XK.PRI", json=body, headers=admin)).is_success
        return any(message["type"] == "next" for message in told)

    for _ in range(2 if how == "killed" else 1):  # one that hangs is found silent after three pings only
        told = []
        following = asyncio.create_task(follow())
        await eventually(something_is_heard)
        nats_process.kill() if how == "killed" else nats_process.freeze()
        async with asyncio.timeout(ENOUGH):
            await following
        assert "unavailable" in json.dumps(told[-2:])
        await follow()
        assert "cannot be followed just now" in json.dumps(told[-2:])
        nats_process.raise_up()
        await asyncio.to_thread(nats_process.reach)

        async def well():
            return (await running["gateway"].http.get("/health/ready")).json()["status"] == "ok"

        await eventually(well)
    told = []
    following = asyncio.create_task(follow())
    await eventually(something_is_heard)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
