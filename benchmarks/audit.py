"""How fast the audit log is proved: `verify` over chains of a plausible length, whole and with a planted change.

Entries like those that reading a case makes. Beside it what it approaches: the hashes alone, over the same entries in
memory, and the same rows read from the database with nothing done to them.

Run: nice .venv/bin/python -m benchmarks.audit [--entries 300000] [--rounds 5]
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from beatbook.kit.ids import new_id
from benchmarks.measuring import Bound, Ratio, Servers, arguments, interleaved, migrated, rate, report, servers
from services.cases.app import service
from services.cases.audit.rules import Checker, chained, entry_text, start_of
from services.cases.audit.verification import BATCH, verify

LENGTH = 60
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
ROWS = "select chain, number, entry, hash from audit_entries order by chain, number"


async def compare(machines: Servers, entries: int, rounds: int) -> None:
    """Fill a log, measure, say."""
    url = await migrated(machines, service)
    connection = await asyncpg.connect(url)
    filled = await fill(connection, entries)
    rows = await connection.fetch(ROWS)

    async def hashes() -> None:
        for row in rows:
            chained(b"", row["number"], row["entry"])

    async def seconds(work: Callable[[], Awaitable[None]]) -> float:
        return 100_000 / await rate(filled, work)

    ways = {
        "verify": lambda: seconds(lambda: whole(connection)),
        "rows": lambda: seconds(lambda: bare(connection)),
        "hashes": lambda: seconds(hashes),
    }
    figures = await interleaved(ways, rounds=rounds)
    report("audit", "seconds per 100,000 entries", figures, [Ratio("verify", "rows")], [Bound("verify", at_most=1.0)])
    await connection.close()


async def whole(connection: asyncpg.Connection) -> None:
    """Verify once."""
    await connection.execute("drop table if exists anchors")
    assert not [finding async for finding in verify(connection, Checker(), iter(()))]


async def bare(connection: asyncpg.Connection) -> None:
    """Read the rows and no more."""
    async with connection.transaction():
        cursor = await connection.cursor(ROWS)
        while await cursor.fetch(BATCH):
            pass


async def fill(connection: asyncpg.Connection, entries: int) -> int:
    """Chains of `LENGTH` entries, in the order in which many cases at once would have written them."""
    rows: list[tuple[UUID, int, str, bytes]] = []
    chains = {new_id(): b"" for _ in range(entries // LENGTH)}
    for number in range(1, LENGTH + 1):
        for chain, before in chains.items():
            at = NOW + timedelta(seconds=len(rows))
            entry = entry_text(at=at, actor="officer-4711", action="read", kind="problem", detail={"field": "text"})
            chains[chain] = chained(before or start_of(chain), number, entry)
            rows.append((chain, number, entry, chains[chain]))
    await connection.copy_records_to_table("audit_entries", records=rows)
    heads = [(chain, LENGTH, hash) for chain, hash in chains.items()]
    await connection.copy_records_to_table("audit_heads", records=heads)
    await connection.execute("analyze audit_entries; analyze audit_heads")
    return len(rows)


def main() -> None:
    """Measure on servers of our own."""
    chosen = arguments(__doc__, entries=300_000)
    with servers() as machines:
        asyncio.run(compare(machines, chosen.entries, chosen.rounds))


if __name__ == "__main__":
    main()
