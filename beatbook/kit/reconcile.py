"""Whether the live projections are what the owners' logs make: counts and checksums at the same positions. Rule K12."""

# ruff: noqa: S608 - names of tables and columns come from our own code and the catalogue, never from outside

from dataclasses import dataclass
from typing import Literal

import asyncpg

from beatbook.kit.db import Database
from beatbook.kit.feed import FeedReader
from beatbook.kit.service import Service
from beatbook.kit.shadow import SCHEMA, fill, shadow

Kind = Literal["missing", "surplus", "different"]

_KEY = """
    select string_agg(format('%I::text', attname), ' || '' '' || ' order by place)
    from pg_index, unnest(indkey) with ordinality as part (number, place), pg_attribute
    where indrelid = $1::regclass and indisprimary and attrelid = indrelid and attnum = number
"""


@dataclass(frozen=True)
class Difference:
    """A row of a live table that is missing, surplus or different, by its primary key."""

    table: str
    key: str
    kind: Kind


@dataclass(frozen=True)
class TableComparison:
    """A live table and its rebuilt twin: rows and checksums."""

    table: str
    live_rows: int
    rebuilt_rows: int
    live_checksum: str
    rebuilt_checksum: str

    @property
    def equal(self) -> bool:
        """Whether the two are the same, row for row."""
        return (self.live_rows, self.live_checksum) == (self.rebuilt_rows, self.rebuilt_checksum)


@dataclass(frozen=True)
class Reconciliation:
    """What was compared: positions and parked events by source (these explain a lack), tables, rows that differ."""

    positions: dict[str, int]
    parked: dict[str, int]
    tables: list[TableComparison]
    differences: list[Difference]

    @property
    def equal(self) -> bool:
        """Whether every live table is what the logs make."""
        return all(table.equal for table in self.tables)


async def reconcile(service: Service, database: Database, feed: FeedReader) -> Reconciliation:
    """Compare the live projections, as of one moment, with ones built anew up to the same positions.

    Raises `RebuildRefused`.
    """
    live = await database.connect()
    try:
        await live.execute("set idle_in_transaction_session_timeout = 0; set statement_timeout = 0")
        async with shadow(service, database) as db, live.transaction(isolation="repeatable_read", readonly=True):
            own = {(consumer.name, consumer.source) for consumer in service.consumers}
            rows = await live.fetch("select consumer, source, position from public.checkpoints")
            reached = {(row["consumer"], row["source"]): row["position"] for row in rows}
            parked = await live.fetch("select source, count(*) as events from public.parked_events group by source")
            await fill(db, service, feed, until=reached)
            tables = [await _compare(live, db, table) for table in service.projections]
            differing = [table.table for table in tables if not table.equal]
            return Reconciliation(
                positions={source: reached.get((name, source), 0) for name, source in sorted(own)},
                parked={row["source"]: row["events"] for row in parked},
                tables=tables,
                differences=[found for table in differing for found in await _differences(live, db, table)],
            )
    finally:
        await live.close(timeout=5)


async def _compare(live: asyncpg.Connection, fresh: asyncpg.Connection, table: str) -> TableComparison:
    live_rows, live_checksum = await _checksum(live, f'public."{table}"')
    fresh_rows, fresh_checksum = await _checksum(fresh, f'{SCHEMA}."{table}"')
    return TableComparison(table, live_rows, fresh_rows, live_checksum, fresh_checksum)


async def _checksum(db: asyncpg.Connection, table: str) -> tuple[int, str]:
    """A table's rows, and the sum of their hashes, in which their order is of no matter."""
    row = await db.fetchrow(
        f"select count(*), coalesce(sum(hashtextextended(item::text, 0)::numeric), 0)::text from {table} as item"
    )
    return (row[0], row[1]) if row else (0, "0")


async def _differences(live: asyncpg.Connection, fresh: asyncpg.Connection, table: str) -> list[Difference]:
    key = await live.fetchval(_KEY, f'public."{table}"') or "item::text"
    query = f'select {key} as key, md5(item::text) as hash from {{}}."{table}" as item'
    have = {row["key"]: row["hash"] for row in await live.fetch(query.format("public"))}
    want = {row["key"]: row["hash"] for row in await fresh.fetch(query.format(SCHEMA))}
    missing = [Difference(table, key, "missing") for key in sorted(want.keys() - have.keys())]
    surplus = [Difference(table, key, "surplus") for key in sorted(have.keys() - want.keys())]
    both = sorted(have.keys() & want.keys())
    return missing + surplus + [Difference(table, key, "different") for key in both if have[key] != want[key]]
