"""A service's database: closed connections are noticed before use, plain SQL is in the transaction. Rule X1."""

import asyncpg

from beatbook.contracts.actor import Actor
from beatbook.kit.db import Database, driver_connection
from beatbook.kit.events import Fact, emit, emit_many
from beatbook.kit.ids import new_id


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


async def test_plain_sql_that_comes_first_is_rolled_back_with_its_session(settings_for):
    database = Database(await settings_for("kpi"))
    try:
        async with database.sessions.begin() as session:
            connection = await driver_connection(session)
            await connection.execute("update relay set published = 7")
            raise LookupError
    except LookupError:
        pass
    async with database.sessions.begin() as session:
        connection = await driver_connection(session)
        assert await connection.fetchval("select published from relay") == 0
    await database.close()


async def test_events_of_one_transaction_are_in_the_order_of_the_calls(settings_for, meeting, now):
    database = Database(await settings_for("kpi"))
    ids = [new_id() for _ in range(6)]
    facts = [Fact(meeting(id), id, "XK") for id in ids]
    actor = Actor(subject="tester", grants=())
    async with database.sessions.begin() as session:
        await emit(session, facts[0].event, subject=ids[0], area="XK", actor=actor, at=now)
        await emit_many(await driver_connection(session), facts[1:4], actor="tester", at=now, session=session)
        await emit_many(await driver_connection(session), facts[4:5], actor="tester", at=now, session=session)
        await emit(session, facts[5].event, subject=ids[5], area="XK", actor=actor, at=now)
    rows = await (await database.pool()).fetch(
        "select subject, data->>'meeting_id' as meeting from events order by seq"
    )
    assert [(row["subject"], row["meeting"]) for row in rows] == [(id, str(id)) for id in ids]
    await database.close()
