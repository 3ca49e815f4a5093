"""Migrations: the backbone's own and a service's, each a line of Alembic revisions in the service's database."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from beatbook.kit.service import Service

BACKBONE = Path(__file__).parent / "migrations"


def alembic_config(service: Service) -> Config:
    """Alembic's configuration for a service: the backbone's revisions and its own."""
    config = Config()
    config.set_main_option("script_location", str(BACKBONE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{BACKBONE / 'versions'}\n{service.migrations}")
    config.attributes["metadata"] = service.metadata
    return config


@cache
def _heads(migrations: Path) -> frozenset[str]:
    config = Config()
    config.set_main_option("script_location", str(BACKBONE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{BACKBONE / 'versions'}\n{migrations}")
    return frozenset(ScriptDirectory.from_config(config).get_heads())


def expected_heads(service: Service) -> frozenset[str]:
    """The revisions a migrated database of the service stands at."""
    return _heads(service.migrations)


async def migrate(service: Service, database_url: str) -> None:
    """Bring a service's database to the newest revisions; one process at a time, others wait."""
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    config = alembic_config(service)

    def upgrade(connection: Connection) -> None:
        connection.execute(text("select pg_advisory_xact_lock(hashtextextended('migrate', 0))"))
        config.attributes["connection"] = connection
        command.upgrade(config, "heads")

    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()
