"""What is looked at, and how likely each count is by chance: only where something changed. Rule C3."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import asyncpg
import numpy as np

from services.cases.patterns import margins
from services.cases.patterns.counting import Group, Keyed, Touched
from services.cases.patterns.recounting import recounted
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
    select distinct near.other_id as place_id, family, municipality
    from unnest($1::bigint[], $2::text[], $3::text[]) as key (place_id, family, municipality)
    join pattern_neighbours as near on near.place_id = key.place_id
"""
_KNOWN = """
    select kind, place_id, family, band
    from unnest($1::text[], $2::bigint[], $3::text[]) as key (kind, place_id, family)
    cross join lateral (
        select band from pattern_looks as look
        where look.kind = key.kind and look.place_id = key.place_id and look.family = key.family and grain = $4 offset 0
    ) as look
"""
_FORGET = """
    delete from pattern_looks as look
    using unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) as gone (kind, place_id, family, band)
    where look.kind = gone.kind and look.place_id = gone.place_id and look.family = gone.family and grain = $5
          and look.band = gone.band
    returning look.municipality, look.kind, look.family, look.grain, look.band, squares, past
"""
_LOOK = """
    insert into pattern_looks as look (grain, country, kind, place_id, family, municipality, band, total, in_short,
                                       in_long, past, squares)
    select $1, $2, * from unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::int[], $9::int[],
                                 $10::int[], $11::int[], $12::bigint[])
    on conflict (kind, place_id, family, grain, band) do update
    set total = excluded.total, in_short = excluded.in_short, in_long = excluded.in_long, past = excluded.past,
        squares = excluded.squares, p_short = case when excluded.in_long >= $13 then look.p_short end,
        p_long = case when excluded.in_long >= $13 then look.p_long end
    returning new.municipality, new.kind, new.family, new.grain, new.band, new.squares, new.past,
              old.squares as old_squares, old.past as old_past
"""
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
        where municipality = compared.municipality and family = compared.family and grain = $3 and is_candidate
        offset 0
    ) as look
"""
_MARGINS = """
    select municipality, family, band, total, in_short, in_long, past, squares
    from pattern_margins join unnest($1::text[], $2::text[], $4::text[]) as compared (municipality, family, band)
         using (municipality, family, band)
    where grain = $3
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
    horizons = {grain: Horizon(grain, last) for grain, last in after.items() if last is not None}
    moves = {grain: Horizon(grain, last) for grain, last in before.items() if last not in {None, after[grain]}}
    for grain, earlier in moves.items():
        await margins.move(db, country, earlier, horizons[grain])
    await margins.add(db, horizons, touched.added)
    for grain, horizon in horizons.items():
        if not touched.keys[grain]:
            continue
        keys = {key for key, bucket in touched.keys[grain].items() if bucket >= horizon.earliest}
        groups = {group for group, bucket in touched.groups[grain].items() if bucket >= horizon.earliest}
        if grain in moves:
            left, compared = await _moved(db, country, moves[grain], horizon)
            keys |= left
            groups |= compared
        await _recount(db, country, horizon, keys, moved=grain in moves)
        await _judge(db, grain, sorted(groups))


def _later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)


async def _moved(
    db: asyncpg.Connection, country: str, before: Horizon, horizon: Horizon
) -> tuple[set[Keyed], set[Group]]:  # fmt: skip
    """The places with incidents in weeks or months that left a window or the look-back; and all that is compared."""
    keys: set[Keyed] = set()
    groups = {
        (row["municipality"], row["family"]) for row in await db.fetch(_GROUPS, country, horizon.grain.value)
    }  # fmt: skip
    for start, end in horizon.left_by(before):
        rows = await db.fetch(_MOVED, country, horizon.grain.value, start, end)
        keys |= {(row["place_id"], row["family"], row["municipality"]) for row in rows}
        groups |= {(row["municipality"], row["family"]) for row in rows}
    return keys, groups


async def _recount(
    db: asyncpg.Connection, country: str, horizon: Horizon, keys: Collection[Keyed], *, moved: bool
) -> None:
    """Count these places anew, and the clusters that they belong to, which lie in the same municipality.

    Only where windows moved has anything less than it had.
    """
    here = sorted(keys)
    rows = await db.fetch(_ABOUT, *_columns(here, 3))
    looks = [(Kind.ADDRESS, *key) for key in here] + [(Kind.CLUSTER, *row) for row in sorted(map(tuple, rows))]
    counts = await recounted(db, horizon, looks)
    grain = horizon.grain.value
    gone: list[asyncpg.Record] = []
    if moved:
        known = await db.fetch(_KNOWN, *_columns([look[:3] for look in looks], 3), grain)
        kept = {(*count.look[:3], count.band) for count in counts}
        gone = await db.fetch(_FORGET, *_columns([tuple(row) for row in known if tuple(row) not in kept], 4), grain)
    entered = await db.fetch(
        _LOOK, grain, country,
        *_columns([(*count.look, count.band, count.total, count.in_short, count.in_long, count.past, count.squares)
                   for count in counts], 10),
        FEWEST,
    )  # fmt: skip
    change: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    _sum(change, (row[:7] for row in entered), 1)
    _sum(change, (row[:5] + row[7:] for row in entered if row["old_past"] is not None), -1)
    _sum(change, (tuple(row) for row in gone), -1)
    new = sum(row["old_past"] is None for row in entered)
    changed = {key: sums for key, sums in sorted(change.items()) if any(sums.values())}
    sums = [[sums[name] for sums in changed.values()] for name in ("squares", "squared_totals", "totals")]
    await db.execute(_SPREAD, *_columns(list(changed), 5), *sums)
    await db.execute(_HYPOTHESES, country, (new - len(gone)) * len(Span))


def _sum(change: dict[tuple[str, ...], Counter[str]], rows: Iterable[tuple[Any, ...]], sign: int) -> None:
    for municipality, kind, family, grain, band, squares, past in rows:
        sums = change[municipality, kind, family, grain, band]
        sums["squares"] += sign * squares
        sums["squared_totals"] += sign * past * past
        sums["totals"] += sign * past


async def _judge(db: asyncpg.Connection, grain: Grain, groups: Sequence[Group]) -> None:
    """Give all that is compared with what changed its p-values: what the municipality has is part of every test."""
    rows = await db.fetch(_CANDIDATES, *_columns(groups, 2), grain)
    if not rows:
        return
    municipalities, families, bands = _columns(
        sorted({(row["municipality"], row["family"], row["band"]) for row in rows}), 3
    )
    compared = {
        (row["municipality"], row["family"], row["band"]): row
        for row in await db.fetch(_MARGINS, municipalities, families, grain, bands)
    }
    dispersions: dict[tuple[str, str, str, str], float] = {}
    for row in await db.fetch(_SPREADS, municipalities, families, grain, bands):
        municipality, family, band, kind, *sums = row
        margin = compared.get((municipality, family, band))
        if margin is not None and margin["past"]:
            spread = Spread(*map(int, sums))
            dispersions[municipality, family, band, kind] = dispersion(spread, margin["squares"] / margin["past"] ** 2)
    of = [compared[row["municipality"], row["family"], row["band"]] for row in rows]
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
