"""Changing the key-encryption key: the keys of all cases wrapped anew, in batches, while the service runs. Rule C13."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.sealing import KeyRing, Unreadable
from services.cases.files.queries import as_clock

BATCH = 500
_START = UUID(int=0)

# a key that is being destroyed just now is left to whoever destroys it
_NEXT = """
    select case_id, wrapped, substr(wrapped, 2, 8) as under from case_keys where case_id > $1
    order by case_id limit $2 for update skip locked
"""
_KEEP = """
    update case_keys set wrapped = anew.wrapped from unnest($1::uuid[], $2::bytea[]) as anew (case_id, wrapped)
    where case_keys.case_id = anew.case_id
"""
_COUNT = "select substr(wrapped, 2, 8) as under, count(*) as cases from case_keys group by 1 order by 1"


@dataclass(frozen=True)
class Turn:
    """What one batch did: the last case looked at (None: there was none), keys wrapped anew, keys that don't open."""

    last: UUID | None
    rewrapped: int
    unreadable: int


async def rewrap(session: AsyncSession, vault: KeyRing, after: UUID | None) -> Turn:
    """Wrap the next batch of keys under the key in use, as far as they are under another one. Can be begun again."""
    await as_clock(session)
    connection = await driver_connection(session)
    rows = await connection.fetch(_NEXT, after or _START, BATCH)
    anew: dict[UUID, bytes] = {}
    unreadable = 0
    for row in rows:
        if row["under"] == vault.current:
            continue
        try:
            anew[row["case_id"]] = vault.rewrap(row["wrapped"], row["case_id"])
        except Unreadable:
            unreadable += 1
    if anew:
        await connection.execute(_KEEP, list(anew), list(anew.values()))
    return Turn(rows[-1]["case_id"] if rows else None, len(anew), unreadable)


async def keys_under(session: AsyncSession) -> Mapping[bytes, int]:
    """How many cases' keys are under which key-encryption key, by its id."""
    await as_clock(session)
    rows = await (await driver_connection(session)).fetch(_COUNT)
    return {row["under"]: row["cases"] for row in rows}
