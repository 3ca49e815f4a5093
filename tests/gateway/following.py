"""Followers of events, as a browser would be: a client of graphql-transport-ws and what it follows."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from websockets.typing import Subprotocol

from tests.gateway.country import HELD, Country

FOLLOW = "subscription Follow($area: ID!) { areaEvents(area: $area) { id type area time subject } }"
PROTOCOL = Subprotocol("graphql-transport-ws")


class Socket:
    """A client of the graphql-transport-ws protocol."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self._connection = connection

    async def send(self, **message: Any) -> None:
        await self._connection.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await asyncio.wait_for(self._connection.recv(), 20))
        return found

    async def follow(self, area: str) -> None:
        await self.send(id="1", type="subscribe", payload={"query": FOLLOW, "variables": {"area": area}})

    async def event(self) -> dict[str, Any]:
        message = await self.hear()
        assert message["type"] == "next", message
        found: dict[str, Any] = message["payload"]["data"]["areaEvents"]
        return found


@asynccontextmanager
async def socket(country: Country, payload: dict[str, Any] | None = None, **headers: str) -> AsyncIterator[Socket]:
    url = country.gateway.url.replace("http", "ws") + "/graphql"
    async with websockets.connect(url, subprotocols=[PROTOCOL], additional_headers=headers) as connection:
        ours = Socket(connection)
        await ours.send(type="connection_init", payload=payload or {})
        yield ours


async def subscribed(country: Country, count: int = 2) -> None:
    """Wait until the gateway listens at the broker."""
    broker = country.gateway.app.state.machinery.broker
    while len(broker.client._subs) < count:
        await asyncio.sleep(0.02)
    await broker.client.flush()


async def plan(country: Country, area: str) -> dict[str, Any]:
    forum = country.ids[area]
    return await country.send("forum", f"/forums/{forum}/meetings", {"purpose": "problem_solving", "starts_at": HELD})
