"""Connections that the server closed are noticed before they are used, by requests and by timers alike. Rule X1."""

import asyncpg

from beatbook.kit.db import Database, driver_connection


async def test_work_goes_on_after_the_server_closed_every_connection(settings_for, postgres):
    settings = await settings_for("kpi")
    database = Database(settings)
    for _ in range(3):
        async with database.sessions.begin() as session:
            connection = await driver_connection(session)
            assert await connection.fetchval("select 1") == 1
        admin = await asyncpg.connect(postgres.admin_url)
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1",
            settings.database_url.rpartition("/")[2],
        )
        await admin.close()
    await database.close()
