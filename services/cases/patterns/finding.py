"""What of all that was looked at is significant, corrected over all of it. Rule C3."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import asyncpg
import numpy as np

from services.cases.patterns.rules import FALSE_DISCOVERY_RATE, Finding, Grain, Horizon, Kind, Span, leads
from services.cases.patterns.significance import corrected

_SCAN = "select last_week, last_month, hypotheses from pattern_scans where country = $1"
_SMALL = """
    select kind, place_id, municipality, family, grain, band, in_short, in_long, total, p_short, p_long
    from pattern_looks where country = $1 and is_small
"""
_SHARES = """
    select n::int, (case span when 'short' then in_short else in_long end)::float8 / total as share
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) with ordinality
         as found (municipality, family, grain, band, span, n)
    join pattern_margins using (municipality, family, grain, band)
"""
_MEMBERS = """
    select n::int, array_agg(distinct sighting.place_id) as places
    from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::date[]) with ordinality
         as found (kind, place_id, family, grain, window_from, n)
    cross join lateral (
        select found.place_id as id
        union select other_id from pattern_neighbours where kind = 'cluster' and place_id = found.place_id
    ) as member
    join pattern_sightings as sighting on sighting.place_id = member.id and sighting.family = found.family
         and sighting.grain = found.grain and bucket >= window_from
    group by n
"""


async def _horizons(db: asyncpg.Connection, country: str) -> tuple[dict[Grain, Horizon], int]:
    """How far a country's reports reach, by grain, and how many hypotheses are looked at in it."""
    row = await db.fetchrow(_SCAN, country)
    if row is None:
        return {}, 0
    last: dict[Grain, date | None] = {Grain.WEEK: row["last_week"], Grain.MONTH: row["last_month"]}
    return {grain: Horizon(grain, day) for grain, day in last.items() if day is not None}, row["hypotheses"]


async def proposable(db: asyncpg.Connection, country: str) -> tuple[list[Finding], dict[Grain, Horizon], int]:
    """The patterns to propose, how far reports reach, and how many hypotheses were looked at. Rule C3.

    One pattern makes many hypotheses significant: its address, the clusters about it, its hours. Were each of them a
    discovery, the rate would allow for as many false ones beside it. So each pattern is one discovery, by its strongest
    hypothesis, and is corrected as such over all that were looked at.
    """
    reach, hypotheses = await _horizons(db, country)
    chosen = leads(await _significant(db, country, reach, hypotheses))
    values = corrected(np.array([lead.p_value for lead in chosen], dtype=float), hypotheses)
    patterns = [
        replace(lead, q_value=float(q)) for lead, q in zip(chosen, values, strict=True) if q <= FALSE_DISCOVERY_RATE
    ]
    return patterns, reach, hypotheses


async def _significant(
    db: asyncpg.Connection, country: str, reach: dict[Grain, Horizon], hypotheses: int
) -> list[Finding]:
    """Every hypothesis whose corrected value is within the false discovery rate."""
    small = [
        (row, span, row[f"p_{span}"])
        for row in await db.fetch(_SMALL, country)
        for span in Span
        if row[f"p_{span}"] is not None
    ]
    values = corrected(np.array([p for _, _, p in small], dtype=float), hypotheses)
    found = [
        (row, span, p, float(q)) for (row, span, p), q in zip(small, values, strict=True) if q <= FALSE_DISCOVERY_RATE
    ]
    if not found:
        return []
    rows = [row for row, *_ in found]
    starts = [reach[Grain(row["grain"])].start(span) for row, span, *_ in found]
    columns = {name: [row[name] for row in rows] for name in ("kind", "place_id", "municipality", "family", "grain")}
    shares = await db.fetch(
        _SHARES, columns["municipality"], columns["family"], columns["grain"], [row["band"] for row in rows],
        [span.value for _, span, *_ in found],
    )  # fmt: skip
    members = await db.fetch(
        _MEMBERS, columns["kind"], columns["place_id"], columns["family"], columns["grain"], starts
    )
    return _together(found, {row["n"]: row["share"] for row in shares}, {row["n"]: row["places"] for row in members})


def _together(
    found: Sequence[tuple[asyncpg.Record, Span, float, float]],
    shares: dict[int, float],
    members: dict[int, list[int]],
) -> list[Finding]:
    return [
        Finding(
            kind=Kind(row["kind"]),
            place_id=row["place_id"],
            family=row["family"],
            band=row["band"],
            grain=Grain(row["grain"]),
            span=span,
            observed=row[f"in_{span}"],
            expected=row["total"] * shares[number],
            p_value=p,
            q_value=q,
            places=frozenset(members[number]),
        )
        for number, (row, span, p, q) in enumerate(found, 1)
    ]
