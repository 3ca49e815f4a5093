"""Work that one replica does at a time: a PostgreSQL advisory lock held on a connection of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from beatbook.kit.db import Database

STANDBY_SECONDS = 1.0


@asynccontextmanager
async def held_lock(database: Database, name: str) -> AsyncIterator[asyncpg.Connection]:
    """Wait until the lock is ours, and give the connection that holds it; the others stand by."""
    connection = await database.connect()
    try:
        while not await connection.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", name):
            await asyncio.sleep(STANDBY_SECONDS)
        yield connection
    finally:
        await connection.close(timeout=2)
