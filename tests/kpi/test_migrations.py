"""The migrated database is what the tables say."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.kpi.app import service


async def test_migrations_and_tables_agree(kpi):
    def differences(connection):
        options = {
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or name in service.metadata.tables,
        }
        return compare_metadata(MigrationContext.configure(connection, opts=options), service.metadata)

    async with kpi.app.state.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
