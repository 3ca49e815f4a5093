"""What is looked at, and how likely each count is by chance: only where something changed. Rule C3."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import asyncpg
import numpy as np

from services.cases.patterns.counting import Group, Key, Touched
from services.cases.patterns.rules import FALSE_DISCOVERY_RATE, FEWEST, Grain, Horizon, Kind, Span
from services.cases.patterns.significance import Spread, dispersion, p_values

_SCAN = """
    insert into pattern_scans (country, hypotheses, is_due) values ($1, 0, true) on conflict (country) do update
    set country = excluded.country returning last_week, last_month
"""
_REACH = "update pattern_scans set last_week = $2, last_month = $3, is_due = true where country = $1"
_MOVED = """
    select distinct place_id, family, municipality from pattern_sightings
    join pattern_places on pattern_places.id = place_id
    where country = $1 and grain = $2 and bucket >= $3 and bucket < $4
"""
_GROUPS = """
    select distinct municipality, family from pattern_spreads
    where split_part(municipality, '.', 1) = $1 and grain = $2
"""
_ABOUT = """
    select distinct near.other_id as place_id, family from unnest($1::bigint[], $2::text[]) as key (place_id, family)
    join pattern_neighbours as near on near.place_id = key.place_id
"""
_FORGET = """
    delete from pattern_looks where ctid = any(array(
        select look.place from unnest($1::bigint[], $2::text[]) as key (place_id, family)
        cross join lateral (
            select ctid as place from pattern_looks
            where kind = $3 and place_id = key.place_id and family = key.family and grain = $4 offset 0
        ) as look
    ))
    returning municipality, kind, family, grain, band, squares, past
"""
# Each key by itself and by index, whatever the planner believes of tables that an import is filling. A cluster in which
# one address has all is that address, and looked at as such.
_LOOK = """
    insert into pattern_looks (kind, place_id, family, grain, band, country, municipality, total, in_short, in_long,
                               past, squares)
    select $3, place_id, family, $4, band, $5, municipality, total, in_short, in_long, past, squares
    from unnest($1::bigint[], $2::text[]) as key (place_id, family)
    join pattern_places on pattern_places.id = place_id
    cross join lateral (
        select band, sum(incidents)::int as total,
               coalesce(sum(incidents) filter (where bucket >= $7), 0)::int as in_short,
               coalesce(sum(incidents) filter (where bucket >= $8), 0)::int as in_long,
               coalesce(sum(incidents) filter (where bucket < $8), 0)::int as past,
               coalesce(sum(incidents * incidents) filter (where bucket < $8), 0)::bigint as squares
        from (
            select band, bucket, count(*) as incidents, min(member.id) as first, max(member.id) as last
            from ({members}) as member
            cross join lateral (
                select bucket, weekday, part from pattern_sightings
                where place_id = member.id and family = key.family and grain = $4 and bucket >= $6
                offset 0
            ) as sighting
            cross join lateral (values ('any'), (part), (weekday || '-' || part)) as bands (band)
            where band is not null
            group by band, bucket
        ) as by_bucket
        group by band having sum(incidents) >= $9 {several}
    ) as counted
    returning municipality, kind, family, grain, band, squares, past
"""
_LOOKS = {
    Kind.ADDRESS: _LOOK.format(members="select key.place_id as id", several=""),
    Kind.CLUSTER: _LOOK.format(
        members="select other_id as id from pattern_neighbours where place_id = key.place_id",
        several="and min(first) <> max(last)",
    ),
}
_SPREAD = """
    insert into pattern_spreads (municipality, kind, family, grain, band, squares, squared_totals, totals)
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
                         $8::bigint[])
    on conflict (municipality, kind, family, grain, band) do update
    set squares = pattern_spreads.squares + excluded.squares,
        squared_totals = pattern_spreads.squared_totals + excluded.squared_totals,
        totals = pattern_spreads.totals + excluded.totals
"""
_HYPOTHESES = "update pattern_scans set hypotheses = hypotheses + $2 where country = $1"
_CANDIDATES = """
    select look.* from unnest($1::text[], $2::text[]) as compared (municipality, family)
    cross join lateral (
        select kind, place_id, family, grain, band, municipality, total, in_short, in_long, p_short, p_long
        from pattern_looks
        where municipality = compared.municipality and family = compared.family and grain = $3 and in_long >= 5
        offset 0
    ) as look
"""
_MARGINS = """
    select municipality, family, band, sum(incidents)::bigint as total,
           coalesce(sum(incidents) filter (where bucket >= $5), 0)::bigint as in_short,
           coalesce(sum(incidents) filter (where bucket >= $6), 0)::bigint as in_long,
           coalesce(sum(incidents) filter (where bucket < $6), 0)::bigint as past,
           coalesce(sum(incidents::bigint * incidents) filter (where bucket < $6), 0)::bigint as squares
    from pattern_totals join unnest($1::text[], $2::text[], $7::text[]) as compared (municipality, family, band)
         using (municipality, family, band)
    where grain = $3 and bucket >= $4
    group by municipality, family, band
"""
_SPREADS = """
    select municipality, family, band, kind, squares, squared_totals, totals
    from pattern_spreads join unnest($1::text[], $2::text[], $4::text[]) as compared (municipality, family, band)
         using (municipality, family, band)
    where grain = $3
"""
_CHANCE = """
    update pattern_looks as look set p_short = new.p_short, p_long = new.p_long
    from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::float8[], $6::float8[])
         as new (kind, place_id, family, band, p_short, p_long)
    where look.kind = new.kind and look.place_id = new.place_id and look.family = new.family and look.grain = $7
          and look.band = new.band
"""


async def look(db: asyncpg.Connection, country: str, touched: Touched) -> None:
    """Bring what is looked at in a country up to date, with the p-values of all that is compared with it. Rule C3."""
    (row,) = await db.fetch(_SCAN, country)
    before = {Grain.WEEK: row["last_week"], Grain.MONTH: row["last_month"]}
    after = {grain: _later(before[grain], touched.last(grain)) for grain in Grain}
    await db.execute(_REACH, country, after[Grain.WEEK], after[Grain.MONTH])
    for grain in Grain:
        if (last := after[grain]) is None or not touched.keys[grain]:
            continue
        horizon = Horizon(grain, last)
        keys = {key for key, bucket in touched.keys[grain].items() if bucket >= horizon.earliest}
        groups = {group for group, bucket in touched.groups[grain].items() if bucket >= horizon.earliest}
        if before[grain] not in {None, last}:
            moved, compared = await _moved(db, country, Horizon(grain, before[grain]), horizon)
            keys |= moved
            groups |= compared
        await _recount(db, country, horizon, keys)
        await _judge(db, horizon, sorted(groups))


def _later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)


async def _moved(
    db: asyncpg.Connection, country: str, before: Horizon, horizon: Horizon
) -> tuple[set[Key], set[Group]]:  # fmt: skip
    """The places with incidents in weeks or months that left a window or the look-back; and all that is compared."""
    keys: set[Key] = set()
    groups = {
        (row["municipality"], row["family"]) for row in await db.fetch(_GROUPS, country, horizon.grain.value)
    }  # fmt: skip
    for start, end in horizon.left_by(before):
        rows = await db.fetch(_MOVED, country, horizon.grain.value, start, end)
        keys |= {(row["place_id"], row["family"]) for row in rows}
        groups |= {(row["municipality"], row["family"]) for row in rows}
    return keys, groups


async def _recount(db: asyncpg.Connection, country: str, horizon: Horizon, keys: Collection[Key]) -> None:
    """Count these places anew, and the clusters that they belong to."""
    about = [(row["place_id"], row["family"]) for row in await db.fetch(_ABOUT, *_columns(sorted(keys), 2))]
    change: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    looks = 0
    for kind, these in ((Kind.ADDRESS, sorted(keys)), (Kind.CLUSTER, sorted(about))):
        columns, grain = _columns(these, 2), horizon.grain.value
        gone = await db.fetch(_FORGET, *columns, kind.value, grain)
        here = await db.fetch(
            _LOOKS[kind], *columns, kind.value, grain, country, horizon.earliest,
            horizon.start(Span.SHORT), horizon.start(Span.LONG), FEWEST,
        )  # fmt: skip
        looks += len(here) - len(gone)
        _sum(change, gone, -1)
        _sum(change, here, 1)
    changed = {key: sums for key, sums in sorted(change.items()) if any(sums.values())}
    sums = [[sums[name] for sums in changed.values()] for name in ("squares", "squared_totals", "totals")]
    await db.execute(_SPREAD, *_columns(list(changed), 5), *sums)
    await db.execute(_HYPOTHESES, country, looks * len(Span))


def _sum(change: dict[tuple[str, ...], Counter[str]], rows: Iterable[asyncpg.Record], sign: int) -> None:
    for municipality, kind, family, grain, band, squares, past in rows:
        sums = change[municipality, kind, family, grain, band]
        sums["squares"] += sign * squares
        sums["squared_totals"] += sign * past * past
        sums["totals"] += sign * past


async def _judge(db: asyncpg.Connection, horizon: Horizon, groups: Sequence[Group]) -> None:
    """Give all that is compared with what changed its p-values: what the municipality has is part of every test."""
    grain = horizon.grain.value
    rows = await db.fetch(_CANDIDATES, *_columns(groups, 2), grain)
    if not rows:
        return
    short, long = horizon.start(Span.SHORT), horizon.start(Span.LONG)
    municipalities, families, bands = _columns(
        sorted({(row["municipality"], row["family"], row["band"]) for row in rows}), 3
    )
    margins = {
        (row["municipality"], row["family"], row["band"]): row
        for row in await db.fetch(_MARGINS, municipalities, families, grain, horizon.earliest, short, long, bands)
    }
    dispersions: dict[tuple[str, str, str, str], float] = {}
    for row in await db.fetch(_SPREADS, municipalities, families, grain, bands):
        municipality, family, band, kind, *sums = row
        margin = margins.get((municipality, family, band))
        if margin is not None and margin["past"]:
            spread = Spread(*map(int, sums))
            dispersions[municipality, family, band, kind] = dispersion(spread, margin["squares"] / margin["past"] ** 2)
    of = [margins[row["municipality"], row["family"], row["band"]] for row in rows]
    total, all_of_it = _ints(row["total"] for row in rows), _ints(row["total"] for row in of)
    factors = np.array(
        [dispersions.get((row["municipality"], row["family"], row["band"], row["kind"]), 1.0) for row in rows]
    )
    found = []
    for name in ("in_short", "in_long"):
        observed = _ints(row[name] for row in rows)
        p = p_values(observed, total, _ints(row[name] for row in of), all_of_it, factors)
        small = (p <= FALSE_DISCOVERY_RATE) & (observed >= FEWEST)
        found.append([float(value) if kept else None for value, kept in zip(p, small, strict=True)])
    new = [
        (row["kind"], row["place_id"], row["family"], row["band"], p_short, p_long)
        for row, p_short, p_long in zip(rows, *found, strict=True)
        if (row["p_short"], row["p_long"]) != (p_short, p_long)
    ]
    await db.execute(_CHANCE, *_columns(new, 6), grain)


def _ints(values: Iterable[int]) -> Any:
    return np.fromiter(values, dtype=np.int64)


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
