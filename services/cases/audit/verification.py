"""Proving the audit log: every chain recomputed, and held against what was said elsewhere of where it ended. Rule C15.

Streams in bounded memory: entries pass through the checker, anchors through a temporary table.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

import asyncpg

from beatbook.contracts.cases import AuditSealed
from services.cases.audit.rules import Checker, Finding, Flaw

BATCH, RUNS = 5_000, 100

Anchor = tuple[UUID, int, bytes]
"""A chain, and number and hash of the entry that it ended with."""

# in runs, a few hundred entries each: half the time of a row for each
_ENTRIES = """
    select run.*, head.number as head_number, head.hash as head_hash from (
        select chain, (number - 1) / 500 as part, array_agg(number order by number) as numbers,
            array_agg(entry order by number) as entries, array_agg(hash order by number) as hashes
        from audit_entries group by 1, 2
    ) as run left join audit_heads as head on head.chain = run.chain order by run.chain, run.part
"""
_WITHOUT_ENTRIES = """
    select chain from audit_heads as head
    where number > 0 and not exists (select 1 from audit_entries as entry where entry.chain = head.chain)
"""
_SEALED = """
    insert into anchors select (head->>'chain')::uuid, (head->>'number')::bigint, decode(head->>'hash', 'hex')
    from events, jsonb_array_elements(data->'heads') as head where type = $1
"""
# of the entries that an anchor names: where the chain stops short of it, the first that is missing
_AGAINST_ANCHORS = """
    select anchors.chain, anchors.number, entry.hash is null as cut_off,
        (select coalesce(max(number), 0) from audit_entries as last where last.chain = anchors.chain) as last
    from anchors left join audit_entries as entry on entry.chain = anchors.chain and entry.number = anchors.number
    where entry.hash is distinct from anchors.hash order by anchors.chain, anchors.number
"""
# what is noted as sealed is not sealed again, so a note without a seal would hide where a chain ends
_NOTED_ONLY = """
    select seal.chain, coalesce(told.number, 0) + 1 as number from audit_seals as seal
    left join (select chain, max(number) as number from anchors group by chain) as told on told.chain = seal.chain
    where seal.number > coalesce(told.number, 0) order by seal.chain
"""


async def verify(connection: asyncpg.Connection, checker: Checker, anchors: Iterator[Anchor]) -> AsyncIterator[Finding]:
    """All that is wrong with the log as of one moment; `anchors` are ones that were kept outside the database."""
    await connection.execute("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0")
    await connection.execute("create temporary table anchors (chain uuid, number bigint, hash bytea)")
    while batch := list(islice(anchors, BATCH)):
        await connection.copy_records_to_table("anchors", records=batch)
    async with connection.transaction(isolation="repeatable_read"):
        await connection.execute(_SEALED, AuditSealed.wire_type())
        await connection.execute("analyze anchors")
        entries = await connection.cursor(_ENTRIES)
        while runs := await entries.fetch(RUNS):
            for run in runs:
                parts = zip(run["numbers"], run["entries"], run["hashes"], strict=True)
                for finding in checker.read(run["chain"], parts, (run["head_number"], run["head_hash"])):
                    yield finding
        for finding in checker.end():
            yield finding
        for row in await connection.fetch(_WITHOUT_ENTRIES):
            yield Finding(row["chain"], 1, Flaw.CUT_OFF)
        for row in await connection.fetch(_NOTED_ONLY):
            yield Finding(row["chain"], row["number"], Flaw.NOT_SEALED)
        known = await connection.cursor(_AGAINST_ANCHORS)
        while rows := await known.fetch(BATCH):
            for row in rows:
                missing = row["cut_off"] and row["last"] < row["number"]
                yield Finding(
                    row["chain"],
                    row["last"] + 1 if missing else row["number"],
                    Flaw.CUT_OFF if missing else Flaw.NOT_AS_SEALED,
                )


async def write_anchor(connection: asyncpg.Connection, path: Path, now: datetime) -> int:
    """Write where every chain ends now into a file, to be kept elsewhere; how many. Raises `OSError`."""
    written = 0
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        heads = await connection.cursor("select chain, number, hash from audit_heads order by chain")
        with path.open("x", encoding="ascii") as file:
            file.write(f"# where the chains of the audit log ended, {now.isoformat()}\n")
            while rows := await heads.fetch(BATCH):
                file.writelines(f"{row['chain']} {row['number']} {row['hash'].hex()}\n" for row in rows)
                written += len(rows)
    return written


def read_anchor(path: Path) -> Iterator[Anchor]:
    """The anchors in a file; raises `OSError`, `ValueError`."""
    with path.open(encoding="ascii") as file:
        for line in file:
            if not line.startswith("#"):
                chain, number, hash = line.split()
                yield UUID(chain), int(number), bytes.fromhex(hash)
