"""Fixtures of the cases service's tests: its API in this process over a real database, with areas it has heard of."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import tier_of
from beatbook.contracts.envelope import Received
from beatbook.contracts.forum import AreaRegistered
from beatbook.kit.db import AsyncSession, Database, set_context
from beatbook.kit.ids import new_id
from beatbook.kit.sealing import KeyRing
from beatbook.kit.settings import ServiceSettings
from services.cases.areas.commands import register_areas
from services.cases.settings import CasesSettings

NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)


def registered(code: str, position: int, boundary: dict[str, Any] | None = None) -> Received[AreaRegistered]:
    """The event by which the forum service tells of an area."""
    event = AreaRegistered(
        code=code,
        tier=tier_of(code),
        names={"en": code},
        external_codes={},
        population=None,
        boundary=boundary,
        valid_from=date(2020, 1, 1),
    )
    return Received(
        id=new_id(),
        type=event.wire_type(),
        subject=str(new_id()),
        area=code,
        time=NOW,
        actor="test",
        data=event,
        position=position,
    )


def square(west: float, south: float, side: float) -> dict[str, Any]:
    """A square's GeoJSON, in degrees."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


COUNTRY = {
    "XK": None,
    "XK.PRI": square(21, 42, 0.4),
    "XK.PRI.DARDANIA": square(21, 42, 0.1),
    "XK.PRI.ULPIANA": square(21.1, 42, 0.1),
    "XK.PEC": square(20, 42, 0.4),
    "AL": square(19, 41, 0.5),
}
"""A country of two municipalities, one with two neighbourhoods, and a neighbour."""


@pytest.fixture(name="registered")
def _registered() -> Callable[..., Received[AreaRegistered]]:
    return registered


@pytest.fixture(name="square")
def _square() -> Callable[..., dict[str, Any]]:
    return square


@pytest.fixture
async def settings(settings_for: Callable[..., Awaitable[ServiceSettings]]) -> ServiceSettings:
    return await settings_for("cases", role="api")


@pytest.fixture
async def database(settings: ServiceSettings) -> AsyncIterator[asyncpg.Connection]:
    """The service's database as its own role sees it, with the country's areas in the replica."""
    kit = Database(settings)
    connection = await kit.connect()
    areas = [registered(code, position, boundary) for position, (code, boundary) in enumerate(COUNTRY.items(), 1)]
    await register_areas(connection, areas)
    yield connection
    await connection.close()
    await kit.close()


Sessions = Callable[[Actor], Any]


@pytest.fixture
def vault(settings: CasesSettings) -> KeyRing:
    """The keys that cases' keys are under."""
    return KeyRing(settings.key_secrets)


@pytest.fixture
async def sessions(settings: ServiceSettings, database: asyncpg.Connection) -> AsyncIterator[Sessions]:
    """Transactions as an actor: `async with sessions(ana) as session`."""
    kit = Database(settings)

    @asynccontextmanager
    async def session(who: Actor) -> AsyncIterator[AsyncSession]:
        async with kit.sessions.begin() as made:
            await set_context(made, who)
            yield made

    yield session
    await kit.close()


@pytest.fixture
async def api(client: Any, settings: ServiceSettings, database: asyncpg.Connection) -> httpx.AsyncClient:
    """The service's API; the clock stands at NOW."""
    api: httpx.AsyncClient = await client.of(settings, "cases", clock=lambda: NOW)
    return api


Call = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def call(api: httpx.AsyncClient, tokens: Callable[..., str]) -> Call:
    """Call the API as a holder of grants: `await call("GET", "/v1/problems", as_=["officer@XK"], subject="ana")`."""

    async def send(
        method: str,
        path: str,
        body: object = None,
        *,
        as_: Sequence[str] = ("officer@XK",),
        subject: str = "ana",
        agency: str | None = None,
        version: int | str | None = None,
    ) -> httpx.Response:
        headers = {"Authorization": tokens(*as_, subject=subject, agency=agency)} if as_ else {}
        if version is not None:
            headers["If-Match"] = "*" if version == "*" else f'"{version}"'
        return await api.request(method, path, json=body, headers=headers)

    return send
