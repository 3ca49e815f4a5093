"""Projections built anew from the owners' logs, and put in the live ones' place. Rules K12, X3.

Reads go on meanwhile, and so do the consumers: one that was at work notices by its checkpoint and goes on from there.
"""

# ruff: noqa: S608 - names of tables and columns come from our own code and the catalogue, never from outside

import asyncio

import asyncpg

from beatbook.kit.db import Database
from beatbook.kit.failpoints import Step, passing
from beatbook.kit.feed import FeedReader
from beatbook.kit.service import Service
from beatbook.kit.shadow import BACKBONE, SCHEMA, RebuildRefused, fill, shadow

SWITCH_ATTEMPTS = 100
RETIRED = "retired"

_BEHIND = f"""
    select exists (
        select from public.checkpoints as live left join {SCHEMA}.checkpoints as fresh using (consumer, source)
        where (consumer, source) in (select * from unnest($1::text[], $2::text[]))
          and coalesce(fresh.position, 0) < live.position
    )
"""
_GIVEN_UP = "select count(*) from public.skipped_events"
_COLUMNS = """
    select string_agg(quote_ident(column_name), ', ' order by ordinal_position) from information_schema.columns
    where table_schema = 'public' and table_name = $1 and is_identity = 'NO'
"""


async def rebuild(service: Service, database: Database, feed: FeedReader) -> dict[str, int]:
    """Rebuild a service's projections and switch to them; rows by table. Raises `RebuildRefused`, nothing changed."""
    async with shadow(service, database) as db:
        given_up = await db.fetchval(_GIVEN_UP)
        for attempt in range(SWITCH_ATTEMPTS):
            await fill(db, service, feed)
            if attempt == 0:
                for table in service.projections:
                    await db.execute(f'analyze {SCHEMA}."{table}"')
            passing(Step.REBUILD_FILLED)
            if await _switch(db, service, given_up):
                passing(Step.REBUILD_SWITCHED)
                return {
                    table: await db.fetchval(f'select count(*) from public."{table}"') for table in service.projections
                }
            await asyncio.sleep(0.1)
    raise RebuildRefused("The live tables were never free for a moment; try again when fewer long reads are going on.")


async def _switch(db: asyncpg.Connection, service: Service, given_up: int) -> bool:
    """Put the shadow in the live tables' place, in one transaction; False when it is behind them or they are in use.

    It waits for a table less long than PostgreSQL does before it looks for a deadlock: no reader is ever broken off.
    """
    try:
        async with db.transaction():
            await db.execute("set local lock_timeout = '400ms'")
            await db.execute("lock table public.checkpoints in access exclusive mode")
            if await db.fetchval(_GIVEN_UP) != given_up:
                raise RebuildRefused("An event was skipped meanwhile, which this has counted; rebuild again.")
            names = [consumer.name for consumer in service.consumers]
            if await db.fetchval(_BEHIND, names, [consumer.source for consumer in service.consumers]):
                return False
            for table in BACKBONE:  # what other consumers have, from before an update of the service, stays
                await db.execute(
                    f"insert into {SCHEMA}.{table} select * from public.{table}"
                    " where (consumer, source) not in (select * from unnest($1::text[], $2::text[]))",
                    names, [consumer.source for consumer in service.consumers],
                )  # fmt: skip
            for table in service.signals:
                columns = await db.fetchval(_COLUMNS, table)
                await db.execute(
                    f'insert into public."{table}" ({columns}) select distinct {columns} from {SCHEMA}."{table}"'
                )
            await _exchange(db, [*BACKBONE, *service.projections])
            passing(Step.REBUILD_EXCHANGED)
    except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
        return False
    return True


async def _exchange(db: asyncpg.Connection, tables: list[str]) -> None:
    await db.execute(f"create schema {RETIRED}")
    for table in tables:
        await db.execute(f'alter table public."{table}" set schema {RETIRED}')
        await db.execute(f'alter table {SCHEMA}."{table}" set schema public')
    await db.execute(f"drop schema {RETIRED} cascade")
