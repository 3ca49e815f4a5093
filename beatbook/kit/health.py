"""Liveness and readiness: the process answers; its database, broker and migrations are as they should be."""

import asyncio

import asyncpg
from fastapi import APIRouter, Request, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from beatbook.kit.db import Database
from beatbook.kit.migrate import expected_heads

routes = APIRouter(prefix="/health", include_in_schema=False)


@routes.get("/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@routes.get("/ready")
async def ready(request: Request, response: Response) -> dict[str, str]:
    """What the process needs, each `ok` or what is wrong with it; 503 unless all are ok."""
    state = request.app.state
    found = {"database": await _database(state.database, request), "broker": "ok" if state.broker.connected else "down"}
    if any(value != "ok" for value in found.values()):
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return found


async def _database(database: Database, request: Request) -> str:
    wanted = expected_heads(request.app.state.service)
    try:
        async with asyncio.timeout(3), database.engine.connect() as connection:
            rows = await connection.execute(text("select version_num from alembic_version"))
            have = {row.version_num for row in rows}
    except (SQLAlchemyError, asyncpg.PostgresError, OSError, TimeoutError):
        return "down or not migrated"
    return "ok" if have == wanted else "not migrated"
