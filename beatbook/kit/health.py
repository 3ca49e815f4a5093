"""Liveness and readiness: the process answers; what it needs is there, or which part is not. ARCHITECTURE 7, X5.

Readiness decides who gets requests, so it asks only for what requests need: a service answers them without its broker,
and says `degraded`. A worker has no work without it. Decision 0015.
"""

import asyncio

import asyncpg
from fastapi import APIRouter, Request, Response

from beatbook.kit.db import Database
from beatbook.kit.migrate import expected_heads

routes = APIRouter(prefix="/health", include_in_schema=False)

PATIENCE_SECONDS = 2.0
"""Less than what those who probe wait for an answer."""


@routes.get("/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@routes.get("/ready")
async def ready(request: Request, response: Response) -> dict[str, str]:
    """Each part `ok` or what is wrong with it; 503 when this process cannot do its work without that part."""
    state = request.app.state
    broker = "ok" if state.broker.connected else "down"
    return judged(response, {"database": await _database(request)}, {"broker": broker}, state.settings.role == "worker")


def judged(response: Response, needed: dict[str, str], others: dict[str, str], every: bool = False) -> dict[str, str]:
    """The answer to a probe: `unavailable` (503) when something needed is wrong, `degraded` (200) when another is."""
    status = "ok"
    if any(value != "ok" for value in others.values()):
        status = "unavailable" if every else "degraded"
    if any(value != "ok" for value in needed.values()):
        status = "unavailable"
    if status == "unavailable":
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return {"status": status, **needed, **others}


async def _database(request: Request) -> str:
    """Look at the database, once for all who ask meanwhile."""
    state = request.app.state
    probe: asyncio.Task[str] | None = getattr(state, "probe", None)
    if probe is None or probe.done():
        probe = state.probe = asyncio.create_task(_look(state.database, expected_heads(state.service)))
    return await asyncio.shield(probe)


async def _look(database: Database, wanted: frozenset[str]) -> str:
    """On a connection of its own: that all of the pool are in use says nothing about the server."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            have = await database.revisions()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return "down or not migrated"
    return "ok" if have == wanted else "not migrated"
