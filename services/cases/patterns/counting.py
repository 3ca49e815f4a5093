"""From the log to counts: which incidents are new, where they were, and what of the counts they touch. Rule C3.

Nothing is counted in the intake: it writes its events, and who counts follows the log by position, as any reader of it
does. Decision 0031.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from beatbook.contracts.cases import IncidentRecorded
from services.cases.patterns.ground import cells, cells_about, metres, pairs_within
from services.cases.patterns.rules import (
    Grain,
    Seen,
    family_of,
    municipality_of,
    place_key,
    seen_at,
)

_CURSOR = "select position from pattern_cursor for update"
_MOVE = "update pattern_cursor set position = $1"
_NEWS = """
    select events.position, incidents.id, area, occurred_from, occurred_until, month, weekday, hour, longitude,
           latitude, place, category, local_category
    from (select position, subject, type from events where position > $1 order by position limit $2) as events
    left join incidents on incidents.id = events.subject and events.type = $3
    order by events.position
"""
_KNOWN_PLACES = """
    select id, area, key from pattern_places
    join unnest($1::text[], $2::text[]) as wanted (area, key) using (area, key)
"""
_NEW_PLACES = """
    insert into pattern_places (area, key, municipality, place, longitude, latitude, cell)
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::bigint[])
    returning id, area, key
"""
_NEAR = "select id, municipality, longitude, latitude from pattern_places where cell = any($1)"
_NEIGHBOURS = """
    insert into pattern_neighbours (place_id, other_id) select * from unnest($1::bigint[], $2::bigint[])
    on conflict do nothing
"""
_SIGHT = """
    insert into pattern_sightings (incident_id, place_id, country, family, category, local_category, grain, bucket,
                                   day, weekday, part, position)
    select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                         $8::date[], $9::date[], $10::text[], $11::text[], $12::bigint[])
         as new (incident_id, place_id)
    order by place_id
    on conflict (incident_id) do nothing returning incident_id
"""
Group = tuple[str, str]
"""A municipality and a family: what is compared with one another."""
Keyed = tuple[int, str, str]
"""A place, a family, and the municipality that it is compared in."""


@dataclass
class Touched:
    """Where a country has new incidents, by grain: in which places and groups, each with the last bucket of them.

    `added` is how many, by grain, bucket, municipality, family and band.
    """

    keys: dict[Grain, dict[Keyed, date]] = field(default_factory=lambda: defaultdict(dict))
    groups: dict[Grain, dict[Group, date]] = field(default_factory=lambda: defaultdict(dict))
    added: Counter[tuple[Grain, date, str, str, str]] = field(default_factory=Counter)

    def add(self, seen: Seen, key: Keyed, group: Group) -> None:
        """One more."""
        grain, bucket = seen.grain, seen.bucket
        self.added.update((grain, bucket, *group, band) for band in seen.bands())
        self.keys[grain][key] = max(bucket, self.keys[grain].get(key, bucket))
        self.groups[grain][group] = max(bucket, self.groups[grain].get(group, bucket))

    def last(self, grain: Grain) -> date | None:
        """The last bucket of all."""
        return max(self.groups[grain].values(), default=None)


@dataclass(frozen=True, slots=True)
class _Located:
    """An incident of the log, its time read, and the address it was at."""

    position: int
    incident_id: UUID
    area: str
    category: str
    local_category: str | None
    seen: Seen
    key: str


async def take(db: asyncpg.Connection, limit: int) -> tuple[int, int, Mapping[str, Touched]]:
    """Count what the log has beyond the cursor, up to `limit` events; the cursor stays locked until the commit.

    Returns how many events were read, the cursor's position, and what was touched by country.
    """
    position: int = await db.fetchval(_CURSOR)
    rows = await db.fetch(_NEWS, position, limit, IncidentRecorded.wire_type())
    if not rows:
        return 0, position, {}
    position = rows[-1]["position"]
    await db.execute(_MOVE, position)
    located = [_located(row, key) for row in rows if row["id"] is not None and (key := _key(row)) is not None]
    places = await _places(db, rows, {(item.area, item.key) for item in located})
    new = await _sight(db, located, places)
    touched: dict[str, Touched] = defaultdict(Touched)
    for item in new:
        family = family_of(item.category)
        country = touched[item.area.partition(".")[0]]
        place = places[item.area, item.key]
        municipality = municipality_of(item.area)
        country.add(item.seen, (place, family, municipality), (municipality, family))
    return len(rows), position, touched


def _key(row: asyncpg.Record) -> str | None:
    return place_key(row["place"], row["longitude"], row["latitude"])


def _located(row: asyncpg.Record, key: str) -> _Located:
    seen = seen_at(row["occurred_from"], row["occurred_until"], row["month"], row["weekday"], row["hour"])
    return _Located(row["position"], row["id"], row["area"], row["category"], row["local_category"], seen, key)


async def _places(
    db: asyncpg.Connection, rows: Sequence[asyncpg.Record], wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """The ids of addresses, by area and key; those not met before are entered, with who is near them."""
    wanted = sorted(wanted)
    known = await db.fetch(_KNOWN_PLACES, [area for area, _ in wanted], [key for _, key in wanted])
    places = {(row["area"], row["key"]): row["id"] for row in known}
    missing: dict[tuple[str, str], asyncpg.Record] = {}
    for row in rows:
        if row["id"] is not None and (key := _key(row)) is not None and (row["area"], key) not in places:
            missing.setdefault((row["area"], key), row)
    if not missing:
        return places
    pointed = [place for place, row in missing.items() if row["longitude"] is not None and row["latitude"] is not None]
    points = metres(
        [missing[place]["longitude"] for place in pointed], [missing[place]["latitude"] for place in pointed]
    )
    cell_of = dict(zip(pointed, cells(points), strict=True))
    entered = await db.fetch(
        _NEW_PLACES,
        [area for area, _ in missing],
        [key for _, key in missing],
        [municipality_of(area) for area, _ in missing],
        [row["place"] for row in missing.values()],
        [row["longitude"] for row in missing.values()],
        [row["latitude"] for row in missing.values()],
        [cell_of.get(place) for place in missing],
    )
    places |= {(row["area"], row["key"]): row["id"] for row in entered}
    if pointed:
        await _join(db, [(places[place], municipality_of(place[0])) for place in pointed], points)
    return places


async def _join(db: asyncpg.Connection, new: Sequence[tuple[int, str]], points: Any) -> None:
    """Note which places of the same municipality belong to the clusters about new ones, and they to theirs."""
    near = await db.fetch(_NEAR, cells_about(points))
    others = metres([row["longitude"] for row in near], [row["latitude"] for row in near])
    pairs = [
        (new[row][0], near[other]["id"])
        for row, other in pairs_within(points, others)
        if new[row][1] == near[other]["municipality"]
    ]
    both = {*pairs, *((other, place) for place, other in pairs)}
    await db.execute(_NEIGHBOURS, [place for place, _ in both], [other for _, other in both])


async def _sight(
    db: asyncpg.Connection, located: Sequence[_Located], places: Mapping[tuple[str, str], int]
) -> list[_Located]:
    """Enter what is counted; returns those that were not counted before."""
    rows = await db.fetch(
        _SIGHT,
        [item.incident_id for item in located],
        [places[item.area, item.key] for item in located],
        [item.area.partition(".")[0] for item in located],
        [family_of(item.category) for item in located],
        [item.category for item in located],
        [item.local_category for item in located],
        [item.seen.grain.value for item in located],
        [item.seen.bucket for item in located],
        [item.seen.day for item in located],
        [item.seen.weekday for item in located],
        [item.seen.part for item in located],
        [item.position for item in located],
    )
    entered = {row["incident_id"] for row in rows}
    return [item for item in located if item.incident_id in entered]
