"""Cases of an installation that did not seal them yet are there after the update, sealed. Rule C13, decision 0033."""

import asyncio
from datetime import datetime
from typing import Any

import asyncpg
import pytest
from alembic import command
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from beatbook.kit.clock import Clock
from beatbook.kit.db import Database
from beatbook.kit.migrate import alembic_config, migrate
from beatbook.kit.timers import WorkerContext
from services.cases.app import service
from services.cases.problems import sealing
from services.cases.settings import CasesSettings
from services.cases.timers import TIMERS
from tests.cases.conftest import NOW
from tests.cases.problems.test_problems import STATEMENT

BEFORE = "cases_0003"
OLD = """
    insert into problems (id, area, title, category, phase, supervisor, team, parts, opened_at, opened_by, version)
    select uuidv7(), 'XK.PRI', 'Old canary ' || number, '0801', 'closed', 'mira', array['ana'],
           jsonb_build_object('statement', $1::jsonb), timestamptz '2025-01-01', 'ana', 7
    from generate_series(1, 3) as number
"""
OLD_MOVES = """
    insert into problem_moves (id, problem_id, area, origin, target, reason, moved_at, moved_by)
    select uuidv7(), problems.id, area, origin, target, reason, moved_at, 'ana'
    from problems, (values ('closed', 'response', 'Canary came back', timestamptz '2025-02-01'),
                           ('response', 'closed', null, timestamptz '2025-03-01'))
                   as move (origin, target, reason, moved_at)
    order by moved_at
"""
OLD_ANSWER = """
    insert into idempotency_keys (actor, key, request, body_sha256, status, media_type, body)
    values ('ana', 'k', '/v1/problems? ', '', 201, 'application/json', convert_to('Canary', 'UTF8'))
"""


@pytest.fixture
async def database(settings: CasesSettings) -> Any:
    """A database as the release before left it, with three cases, then migrated."""
    engine = create_async_engine(settings.database_url.replace("postgresql://", "postgresql+asyncpg://", 1))

    def go_back(connection: Connection) -> None:
        config = alembic_config(service)
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
        command.upgrade(config, "backbone@head")

    connection = await Database(settings).connect()
    await connection.execute("drop owned by current_user cascade")
    await connection.execute("create schema if not exists public")
    async with engine.begin() as going:
        await going.run_sync(go_back)
    async with connection.transaction():
        await connection.execute("select set_config('beatbook.areas', 'XK', true)")
        await connection.execute(OLD, STATEMENT)
        await connection.execute(OLD_MOVES)
        await connection.execute(OLD_ANSWER)
    await migrate(service, settings.database_url)
    yield connection
    await connection.close()
    await engine.dispose()


@pytest.mark.parametrize("at_once", [False, True])
async def test_old_cases_are_sealed_once_and_lost_never(
    call: Any, database: asyncpg.Connection, settings: CasesSettings, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    monkeypatch.setattr(sealing, "CASES_A_TURN", 2)
    clock: Clock = lambda: NOW  # noqa: E731
    context = WorkerContext(Database(settings), settings, clock)
    assert (await call("GET", "/v1/problems")).json()["items"] == []
    timer = next(timer for timer in TIMERS if timer.name == "seal-old-cases")
    if at_once:
        await asyncio.gather(timer.run(context), timer.run(context))
    else:
        await timer.run(context)
        await timer.run(context)
    await context.database.close()
    items = (await call("GET", "/v1/problems")).json()["items"]
    assert sorted(item["title"] for item in items) == ["Old canary 1", "Old canary 2", "Old canary 3"]
    case = (await call("GET", f"/v1/problems/{items[0]['id']}", subject="mira")).json()
    assert (case["statement"], case["phase"], case["version"], case["supervisor"]) == (STATEMENT, "closed", 7, "mira")
    assert [move["reason"] for move in case["moves"]] == ["Canary came back", None]
    async with database.transaction():
        await database.execute("select set_config('beatbook.own_work', 'on', true)")
        closed = await database.fetch("select distinct closed_at from case_files")
        assert [row["closed_at"] for row in closed] == [datetime.fromisoformat("2025-03-01T00:00:00+00:00")]
        assert await database.fetchval("select pg_relation_size('problems_unsealed')") == 0
        kept = str(await database.fetch("select * from problems join problem_moves on problem_id = problems.id"))
        assert "anary" not in kept
    assert await database.fetchval("select body from idempotency_keys") is None
    assert await database.fetchval("""select count(*) from audit_entries where entry like '%"seal"%'""") == 3
