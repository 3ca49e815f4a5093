"""What the tests of access share: each feature's part, and a world made for it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest

from beatbook.kit.db import Database, begin
from beatbook.kit.settings import ServiceSettings
from tests.cases.access.matrix import Part, parts
from tests.cases.access.world import World, rehearse
from tests.cases.conftest import NOW
from tests.servers import Postgres


@pytest.fixture(params=parts().keys())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def part(name: str) -> Part:
    return parts()[name]


@pytest.fixture
async def world(
    client: Any,
    settings: ServiceSettings,
    database: asyncpg.Connection,
    postgres: Postgres,
    tokens: Callable[..., str],
) -> AsyncIterator[World]:
    real, rehearsal = [await client.of(settings, "cases", clock=lambda: NOW) for _ in range(2)]
    rehearsal._transport.app.dependency_overrides[begin] = rehearse
    admin, kit = await asyncpg.connect(postgres.as_admin(settings.database_url)), Database(settings)
    yield World(real, rehearsal, admin, kit, tokens)
    await admin.close()
    await kit.close()


@pytest.fixture
async def ids(world: World, part: Part) -> dict[str, str]:
    """The ids of a world for the part, in which everybody has their part in every case."""
    made = await part.prepare(world)
    await world.give_parts()
    return made
