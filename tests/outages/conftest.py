"""Outages are made to servers of each file's own. `postgres_process` and `nats_process` can be killed, frozen, thawed.

They are the servers under all the fixtures of `tests/conftest.py` here, and run again when a test is over.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import asyncpg
import pytest
import pytest_asyncio

from tests.outages.servers import Mortal, mortal_nats, mortal_postgres
from tests.servers import Nats, Postgres


@pytest.fixture(scope="module")
def _postgres_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mortal, str]]:
    with mortal_postgres(tmp_path_factory.mktemp("servers")) as server:
        yield server


@pytest.fixture(scope="module")
def _nats_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mortal, list[str]]]:
    with mortal_nats(tmp_path_factory.mktemp("servers")) as server:
        yield server


@pytest.fixture(scope="module")
def _postgres(_postgres_process: tuple[Mortal, str]) -> Postgres:
    return Postgres(_postgres_process[1])


@pytest.fixture(scope="module")
def _nats(_nats_process: tuple[Mortal, list[str]]) -> Nats:
    return Nats(_nats_process[1])


@pytest_asyncio.fixture
async def postgres(_postgres: Postgres, _postgres_process: tuple[Mortal, str]) -> AsyncIterator[Postgres]:
    yield _postgres
    _postgres_process[0].raise_up()
    await asyncio.to_thread(_postgres_process[0].reach)
    await _postgres.drop_databases()


@pytest.fixture
def postgres_process(_postgres_process: tuple[Mortal, str]) -> Iterator[Mortal]:
    yield _postgres_process[0]
    _postgres_process[0].revive()


@pytest.fixture
def nats_process(_nats_process: tuple[Mortal, list[str]]) -> Iterator[Mortal]:
    yield _nats_process[0]
    _nats_process[0].revive()


@pytest.fixture
def backends(_postgres_process: tuple[Mortal, str]) -> Callable[[str], object]:
    """How many connections a database has, by its URL."""

    async def count(url: str) -> int:
        admin = await asyncpg.connect(_postgres_process[1])
        try:
            return int(
                await admin.fetchval("select count(*) from pg_stat_activity where datname = $1", url.rpartition("/")[2])
            )
        finally:
            await admin.close()

    return count
