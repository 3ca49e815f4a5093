"""What the handover tests share: events of other services' logs, a database that knows an area."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import httpx
import pytest

from beatbook.contracts.areas import tier_of
from beatbook.contracts.envelope import Event, Received
from beatbook.contracts.forum import AreaRegistered
from beatbook.kit.db import Database
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.ids import new_id
from beatbook.kit.settings import ServiceSettings
from services.handover.consumers import CASES_HANDLERS, FORUM_HANDLERS, KPI_HANDLERS

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
HANDLERS = {**FORUM_HANDLERS, **CASES_HANDLERS, **KPI_HANDLERS}


def area_registered(code: str, name: str | None = None, population: int | None = 1000) -> AreaRegistered:
    return AreaRegistered(
        code=code,
        tier=tier_of(code),
        names={"en": name or code},
        external_codes={},
        population=population,
        boundary=None,
        valid_from=date(2020, 1, 1),
    )


def received(event: Event, *, time: datetime = NOW, position: int = 1) -> Received[Event]:
    return Received(
        id=new_id(),
        type=event.wire_type(),
        subject=str(new_id()),
        area=getattr(event, "area", "XK"),
        time=time,
        actor="tester",
        data=event,
        position=position,
    )


class Projections:
    """The service's database, its handlers called as its consumers call them."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.db = connection

    async def hear(self, *events: Event, time: datetime = NOW) -> None:
        for event in events:
            await self.hear_run([event], time=time)

    async def hear_run(self, events: Sequence[Event], *, time: datetime = NOW) -> None:
        """One run of events of one type."""
        async with self.db.transaction():
            await HANDLERS[type(events[0])](self.db, [received(event, time=time) for event in events])

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in await self.db.fetch(query)]


@pytest.fixture
async def settings(settings_for) -> ServiceSettings:
    return await settings_for("handover", role="api")


@pytest.fixture
async def projections(settings):
    database = Database(settings)
    connection = await database.connect()
    yield Projections(connection)
    await connection.close()
    await database.close()


@pytest.fixture
async def http(client, settings, projections) -> httpx.AsyncClient:
    """The API, its clock standing at NOW, over an area of two tiers."""
    await projections.hear(
        *(area_registered(code) for code in ("XK", "XK.PRI", "XK.PRI.DARDANIA", "XK.PRI.ULPIANA", "XK.GJI"))
    )
    return await client.of(settings, "handover", clock=lambda: NOW)


async def log_events(database_url: str, *events: tuple[Event, UUID, str]) -> None:
    """Append events to a service's own log, as its commands do."""
    db = await asyncpg.connect(database_url)
    try:
        await emit_many(db, [Fact(*event) for event in events], actor="tester", at=datetime.now(UTC))
    finally:
        await db.close()


@pytest.fixture
def log() -> Callable[..., Awaitable[None]]:
    return log_events


@pytest.fixture
def headers(tokens) -> Callable[..., dict[str, str]]:
    def make(*grants: str, version: int | None = None, **more: str) -> dict[str, str]:
        match = {} if version is None else {"If-Match": f'"{version}"'}
        return {"Authorization": tokens(*(grants or ("advisor@XK",))), **match, **more}

    return make
