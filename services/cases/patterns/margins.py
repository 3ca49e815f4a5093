"""What places are compared with: a municipality's incidents of the look-back, kept as running sums. Rule C3.

The totals by week or month are kept by time first, so that what a day brings lies together however long or wide the
history is; no test reads them. Decision 0031.
"""

from collections import Counter
from datetime import date

import asyncpg

from services.cases.patterns.rules import Grain, Horizon, Span

_ADD = """
    insert into pattern_totals (grain, bucket, municipality, family, band, incidents)
    select * from unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::text[], $6::int[])
    on conflict (grain, bucket, municipality, family, band) do update
    set incidents = pattern_totals.incidents + excluded.incidents
    returning grain, bucket, municipality, family, band, incidents
"""
_SUM = """
    insert into pattern_margins (municipality, family, grain, band, total, in_short, in_long, past, squares)
    {changes}
    on conflict (municipality, family, grain, band) do update
    set total = pattern_margins.total + excluded.total, in_short = pattern_margins.in_short + excluded.in_short,
        in_long = pattern_margins.in_long + excluded.in_long, past = pattern_margins.past + excluded.past,
        squares = pattern_margins.squares + excluded.squares
"""
_MORE = _SUM.format(
    changes="""select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
                                    $7::bigint[], $8::bigint[], $9::bigint[])"""
)
_LEFT = _SUM.format(
    changes="""
    select municipality, family, grain, band, sum(total), sum(in_short), sum(in_long), sum(past), sum(squares)
    from (
        select municipality, family, grain, band, -incidents as total, 0 as in_short, 0 as in_long, -incidents as past,
               -incidents::bigint * incidents as squares
        from pattern_totals where grain = $1 and bucket >= $3 and bucket < $4
        union all
        select municipality, family, grain, band, 0, 0, -incidents, incidents, incidents::bigint * incidents
        from pattern_totals where grain = $1 and bucket >= $5 and bucket < $6
        union all
        select municipality, family, grain, band, 0, -incidents, 0, 0, 0
        from pattern_totals where grain = $1 and bucket >= $7 and bucket < $8
    ) as changed
    where split_part(municipality, '.', 1) = $2
    group by municipality, family, grain, band order by municipality, family, band"""
)
"""What changed its part when the windows moved on: out of the look-back, out of the longer window into the past, out
of the shorter one."""

Added = Counter[tuple[Grain, date, str, str, str]]
"""How many incidents are new, by grain, bucket, municipality, family and band."""


async def move(db: asyncpg.Connection, country: str, before: Horizon, horizon: Horizon) -> None:
    """Have the sums be those of a later horizon; before what reached it is added."""
    borders = [
        (before.earliest, horizon.earliest),
        (before.start(Span.LONG), horizon.start(Span.LONG)),
        (before.start(Span.SHORT), horizon.start(Span.SHORT)),
    ]
    await db.execute(_LEFT, horizon.grain.value, country, *(day for border in borders for day in border))


async def add(db: asyncpg.Connection, horizons: dict[Grain, Horizon], added: Added) -> None:
    """Add what is new to the totals, and to the sums what of it is looked at."""
    keys = sorted(added)
    rows = await db.fetch(_ADD, *([key[at] for key in keys] for at in range(5)), [added[key] for key in keys])
    starts = {
        grain: (horizon.earliest, horizon.start(Span.LONG), horizon.start(Span.SHORT))
        for grain, horizon in horizons.items()
    }
    sums: dict[tuple[str, str, str, str], Counter[str]] = {}
    for row in rows:
        grain, bucket = Grain(row["grain"]), row["bucket"]
        earliest, long, short = starts[grain]
        if bucket < earliest:
            continue
        new = added[grain, bucket, row["municipality"], row["family"], row["band"]]
        margin = sums.setdefault((row["municipality"], row["family"], grain.value, row["band"]), Counter())
        margin["total"] += new
        margin["in_short"] += new if bucket >= short else 0
        if bucket >= long:
            margin["in_long"] += new
        else:
            margin["past"] += new
            margin["squares"] += row["incidents"] ** 2 - (row["incidents"] - new) ** 2
    changed = sorted(sums)
    await db.execute(
        _MORE,
        *([key[at] for key in changed] for at in range(4)),
        *([sums[key][name] for key in changed] for name in ("total", "in_short", "in_long", "past", "squares")),
    )
