"""Changes of the replica, by the register's events. Machines' work: plain SQL in the consumer's transaction."""

from collections.abc import Sequence
from datetime import date

import asyncpg

from beatbook.contracts.areas import parent_of
from beatbook.contracts.forum import AreaRegistered

_REGISTER = """
    with entry as (
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[])
                      as entry (code, tier, parent, name, population)
    ),
    before as (select code, population from areas where code = any($1)),
    written as (
        insert into areas (code, tier, parent, name, population) select * from entry
        on conflict (code) do update set name = excluded.name, population = excluded.population
    )
    select entry.code from entry left join before using (code)
    where before.code is null or entry.population is distinct from before.population
"""


async def register_areas(db: asyncpg.Connection, entries: Sequence[AreaRegistered]) -> list[str]:
    """Take over entries of the register, the last one of each code; the codes that are new or changed in population.

    A new one counts too: incidents of an area can be heard of before the area itself. Rules A3, K3.
    """
    newest = {entry.code: entry for entry in entries}
    rows = await db.fetch(
        _REGISTER,
        list(newest),
        [entry.tier.value for entry in newest.values()],
        [parent_of(code) for code in newest],
        [_name(entry.names, code) for code, entry in newest.items()],
        [entry.population for entry in newest.values()],
    )
    return [row["code"] for row in rows]


async def close_areas(db: asyncpg.Connection, closed_on: dict[str, date]) -> None:
    """Note until when areas are valid; their figures stay. Rule A2a."""
    await db.execute(
        """update areas set valid_to = closed.on_date
           from unnest($1::text[], $2::date[]) as closed (code, on_date) where areas.code = closed.code""",
        list(closed_on),
        list(closed_on.values()),
    )


def _name(names: dict[str, str], code: str) -> str:
    """The name shown when no language is asked for: English, else the first held."""
    return names.get("en") or next(iter(names.values()), code)
