"""The tables that the code has are the tables that the migrations make, in every service."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, String, Text, inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.types import TypeDecorator, TypeEngine

from beatbook.runtime.databases import SERVICES
from tests.servers import Postgres
from tests.serving import service_named


def same_type(
    _context: object, _inspected_column: object, _column: object, inspected: TypeEngine[Any], wanted: TypeEngine[Any]
) -> bool | None:
    """False: no difference; None: compare as usual. In PostgreSQL `text` holds whatever any string type holds."""
    plain = wanted.impl_instance if isinstance(wanted, TypeDecorator) else wanted
    return False if isinstance(inspected, Text) and isinstance(plain, String) else None


@pytest.mark.parametrize("name", SERVICES)
async def test_tables_equal_migrations(name: str, postgres: Postgres) -> None:
    service = service_named(name)
    url = await postgres.create_database(service)
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))

    def differences(connection: Connection) -> list[object]:
        return list(
            compare_metadata(
                MigrationContext.configure(
                    connection,
                    opts={
                        "compare_type": same_type,
                        "include_name": lambda name, kind, _: kind != "table" or name in service.metadata.tables,
                    },
                ),
                service.metadata,
            )
        )

    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()


@pytest.mark.parametrize("name", SERVICES)
async def test_every_table_of_the_database_is_known(name: str, postgres: Postgres) -> None:
    """A migration makes no table that neither the service's code nor the backbone has."""
    service = service_named(name)
    engine = create_async_engine(
        (await postgres.create_database(service)).replace("postgresql://", "postgresql+asyncpg://", 1)
    )
    try:
        async with engine.connect() as connection:
            there = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
    finally:
        await engine.dispose()
    backbone = {
        "alembic_version", "events", "relay", "checkpoints", "parked_events", "skipped_events", "idempotency_keys",
    }  # fmt: skip
    assert there - backbone == set(service.metadata.tables)
