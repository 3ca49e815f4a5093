"""A shadow of a service's projections, filled from the owners' logs beside the live tables. Rules K12, X3.

It lies in a schema of its own. Handlers run on a connection that finds the shadow's tables first; every other table of
the service is there only to be read, so that a rebuild can never do twice what a handler does besides projecting.
"""

# ruff: noqa: S608 - names of tables and columns come from our own code and the catalogue, never from outside

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager

import asyncpg

from beatbook.kit.applying import Applier, Consumer
from beatbook.kit.db import Database
from beatbook.kit.feed import FeedReader
from beatbook.kit.service import Service

SCHEMA = "rebuild"
BACKBONE = ("checkpoints", "parked_events")
"""What moves with the projections."""
THROWN_AWAY = ("events",)
"""What handlers may write and has been written long since."""

_TABLES = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
_UNCOPIED = """
    select distinct class.relname from pg_class as class
    where class.relnamespace = 'public'::regnamespace and class.relname = any($1)
      and (exists (select from pg_constraint where contype = 'f' and class.oid in (conrelid, confrelid))
           or exists (select from pg_policy where polrelid = class.oid)
           or exists (select from pg_trigger where tgrelid = class.oid and not tgisinternal))
"""
_INDEXES = r"""
    select relname from pg_index join pg_class on pg_class.oid = indexrelid where indrelid = $1::regclass
    order by indisprimary, regexp_replace(pg_get_indexdef(indexrelid), '^CREATE (UNIQUE )?INDEX .+? ON \S+ ', '\1')
"""
_NEW_FAILURES = """
    select id, position, type, error from rebuild.parked_events as fresh
    where consumer = $1 and source = $2 and not exists (
        select from public.parked_events as live
        where (live.consumer, live.source, live.subject) = (fresh.consumer, fresh.source, fresh.subject)
    )
    order by position limit 1
"""


class RebuildRefused(Exception):
    """A rebuild can't be done or finished; its message says why. The live tables are as they were."""


@asynccontextmanager
async def shadow(service: Service, database: Database) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection that works on a fresh, empty shadow, which is dropped afterwards; raises `RebuildRefused`."""
    if not service.projections:
        raise RebuildRefused(f"The {service.name} service keeps no projections of others' events.")
    db = await database.connect()
    try:
        if not await db.fetchval("select pg_try_advisory_lock(hashtextextended('rebuild', 0))"):
            raise RebuildRefused(f"Another rebuild or comparison of {service.name} is under way.")
        await db.execute("set statement_timeout = 0")
        await _create(db, service)
        await db.execute(f"set search_path to {SCHEMA}, public")
        try:
            yield db
        finally:
            await db.execute(f"drop schema if exists {SCHEMA} cascade")
    finally:
        await db.close(timeout=5)


async def _create(db: asyncpg.Connection, service: Service) -> None:
    uncopied = [row["relname"] for row in await db.fetch(_UNCOPIED, list(service.projections))]
    if uncopied:
        raise RebuildRefused(f"Foreign keys, policies or triggers would be lost on: {', '.join(sorted(uncopied))}.")
    copied = [*service.projections, *BACKBONE, *THROWN_AWAY, *service.signals]
    async with db.transaction():
        await db.execute(f"drop schema if exists {SCHEMA} cascade")
        await db.execute(f"create schema {SCHEMA}")
        for row in await db.fetch(_TABLES):
            table = row["relname"]
            if table not in copied:
                # `offset 0` makes a view that cannot be written through
                await db.execute(f'create view {SCHEMA}."{table}" as select * from public."{table}" offset 0')
                continue
            await db.execute(f'create table {SCHEMA}."{table}" (like public."{table}" including all)')
            await _name_indexes(db, table)


async def _name_indexes(db: asyncpg.Connection, table: str) -> None:
    """Give the shadow's indexes the names of the live ones: later migrations go by name."""
    live = await db.fetch(_INDEXES, f'public."{table}"')
    fresh = await db.fetch(_INDEXES, f'{SCHEMA}."{table}"')
    for index, wanted in zip(fresh, live, strict=True):
        if index["relname"] != wanted["relname"]:
            await db.execute(f'alter index {SCHEMA}."{index["relname"]}" rename to "{wanted["relname"]}"')


async def fill(
    db: asyncpg.Connection,
    service: Service,
    feed: FeedReader,
    *,
    until: Mapping[tuple[str, str], int] | None = None,
) -> None:
    """Apply what the shadow has not yet applied, to the logs' ends, or up to a position for each consumer and source.

    Raises `RebuildRefused` at the first event that can't be applied, unless the live tables lack it too.
    """
    for consumer in service.consumers:
        rows = await db.fetch(
            "select position from public.skipped_events where consumer = $1 and source = $2",
            consumer.name, consumer.source,
        )  # fmt: skip
        applier = Applier(consumer, attempts=1, skipped=[row["position"] for row in rows])
        await applier.start(db)
        last = None if until is None else until.get((consumer.name, consumer.source), 0)
        async with aclosing(feed.pages(consumer.source, applier.checkpoint)) as pages:
            async for page in pages:
                events = [event for event in page.events if last is None or event.position <= last]
                await applier.apply_log(db, events)
                await _refuse_failures(db, consumer)
                if len(events) < len(page.events):
                    break


async def _refuse_failures(db: asyncpg.Connection, consumer: Consumer) -> None:
    failed = await db.fetchrow(_NEW_FAILURES, consumer.name, consumer.source)
    if failed is not None:
        raise RebuildRefused(
            f"Event {failed['id']} ({failed['type']}, position {failed['position']} of {consumer.source}) can't be "
            f"applied: {failed['error']}. Nothing was switched."
        )
