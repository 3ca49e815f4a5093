"""What the gateway says when a service does not answer: of a change, never that nothing happened. Rule X4."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import aiohttp
import httpx
import orjson
import pytest
from pydantic import TypeAdapter

from beatbook.kit.errors import OutcomeUnknown
from beatbook.kit.settings import HttpSettings
from gateway.allowance import Allowance
from gateway.app import create_app
from gateway.clients.upstream import Silent, Unheard, Upstream

ANYTHING = TypeAdapter(object)
REFUSED = aiohttp.ClientConnectorError(SimpleNamespace(ssl=None, host="forum", port=80), OSError(111, "refused"))


def service(outcome):
    @asynccontextmanager
    async def request(*_, **__):
        if isinstance(outcome, Exception):
            raise outcome
        status, body = outcome

        async def read():
            return orjson.dumps(body)

        yield SimpleNamespace(status=status, headers={}, read=read)

    return Upstream(SimpleNamespace(request=request), "forum", "http://forum", None, Allowance())


@pytest.mark.parametrize(
    ("outcome", "raised"),
    [
        (REFUSED, Silent),
        (aiohttp.ConnectionTimeoutError(), Silent),
        ((503, {"code": "unavailable"}), Silent),
        ((500, {"code": "unexpected"}), Silent),
        (TimeoutError(), Unheard),
        (aiohttp.ServerDisconnectedError(), Unheard),
        ((503, OutcomeUnknown().document()), Unheard),
        ((502, "a proxy's own words"), Unheard),
    ],
)
async def test_a_change_without_an_answer(outcome, raised):
    with pytest.raises(raised) as told:
        await service(outcome).change(ANYTHING, "/decisions/1/close", {})
    assert type(told.value) is raised
    assert told.value.document()["service"] == "forum"
    with pytest.raises(Silent):
        await service(outcome).read(ANYTHING, "/decisions/1")


async def test_a_request_that_took_too_long_does_not_say_that_nothing_was_changed():
    async def hangs(*_):
        await asyncio.sleep(60)

    app = create_app(HttpSettings(jwks="", request_timeout=0.05))
    app.add_route("/hangs", hangs)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http:
        answer = await http.get("/hangs")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "look first whether it took effect" in answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) > 0
