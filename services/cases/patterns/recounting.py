"""How many incidents places and the clusters about them have, counted anew as arrays. Rule C3.

Each address is read once, however many clusters it belongs to, and from the index alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import numpy as np

from services.cases.patterns.rules import ANY, FEWEST, PARTS, WEEKDAYS, Horizon, Kind, Span

Look = tuple[Kind, int, str, str]
"""What is looked at in all bands: an address or cluster, its family and municipality."""

_BANDS = [ANY, *PARTS, *(f"{weekday}-{part}" for weekday in WEEKDAYS for part in PARTS)]
_BAND = {band: number for number, band in enumerate(_BANDS)}
_MEMBERS = """
    select key.n::int - 1 as look, near.other_id
    from unnest($1::bigint[]) with ordinality as key (place_id, n)
    join pattern_neighbours as near on near.place_id = key.place_id
"""
_SIGHTINGS = """
    select key.n::int - 1 as member, bucket, weekday, part
    from unnest($1::bigint[], $2::text[]) with ordinality as key (place_id, family, n)
    cross join lateral (
        select bucket, weekday, part from pattern_sightings
        where place_id = key.place_id and family = key.family and grain = $3 and bucket >= $4
        offset 0
    ) as sighting
    order by key.n
"""
# Each key by itself and by index, whatever the planner believes of tables that an import is filling.


@dataclass(frozen=True, slots=True)
class Count:
    """The counts of one address or cluster in one band."""

    look: Look
    band: str
    total: int
    in_short: int
    in_long: int
    past: int
    squares: int


async def recounted(db: asyncpg.Connection, horizon: Horizon, looks: Sequence[Look]) -> list[Count]:
    """What these have in the look-back, in every band where it is enough to be looked at.

    A cluster in which one address has all is that address, and looked at as such.
    """
    pairs = [(number, place, family) for number, (kind, place, family, _) in enumerate(looks) if kind is Kind.ADDRESS]
    clusters = [number for number, (kind, *_) in enumerate(looks) if kind is Kind.CLUSTER]
    rows = await db.fetch(_MEMBERS, [looks[number][1] for number in clusters])
    pairs += [(clusters[row["look"]], row["other_id"], looks[clusters[row["look"]]][2]) for row in rows]
    members = {member: number for number, member in enumerate(sorted({(place, family) for _, place, family in pairs}))}
    seen = await db.fetch(
        _SIGHTINGS, [place for place, _ in members], [family for _, family in members],
        horizon.grain.value, horizon.earliest,
    )  # fmt: skip
    if not seen:
        return []
    of = np.array([row["member"] for row in seen])
    days = np.array([row["bucket"].toordinal() for row in seen])
    parts = np.array([_BAND.get(row["part"], -1) for row in seen])
    both = np.array([_BAND.get(f"{row['weekday']}-{row['part']}", -1) for row in seen])
    # Every sighting once for each of the looks that its address belongs to, in each of its bands.
    look = np.array([number for number, *_ in pairs])
    member = np.array([members[place, family] for _, place, family in pairs])
    begins, ends = np.searchsorted(of, member), np.searchsorted(of, member, side="right")
    many = ends - begins
    sighting = np.repeat(begins - np.concatenate(([0], np.cumsum(many)[:-1])), many) + np.arange(many.sum())
    look = np.repeat(look, many)
    band = np.concatenate([np.zeros(len(sighting), dtype=int), parts[sighting], both[sighting]])
    key, sighting = np.tile(look, 3) * len(_BANDS) + band, np.tile(sighting, 3)
    key, sighting = key[band >= 0], sighting[band >= 0]
    order = np.lexsort((days[sighting], key))
    key, day, address = key[order], days[sighting][order], of[sighting][order]
    # By look, band and bucket; then by look and band.
    first = np.flatnonzero(np.concatenate(([True], (np.diff(key) != 0) | (np.diff(day) != 0))))
    counts, bucket, keys = np.diff(np.append(first, len(key))), day[first], key[first]
    start = np.flatnonzero(np.concatenate(([True], np.diff(keys) != 0)))
    short, long = (bucket >= horizon.start(span).toordinal() for span in Span)
    sums = [
        np.add.reduceat(values, start).tolist()
        for values in (counts, counts * short, counts * long, counts * ~long, counts**2 * ~long)
    ]
    one = (np.minimum.reduceat(address, first[start]) == np.maximum.reduceat(address, first[start])).tolist()
    return [
        Count(looks[number], _BANDS[at], *each)
        for number, at, alone, *each in zip(*_split(keys[start]), one, *sums, strict=True)
        if each[0] >= FEWEST and not (alone and looks[number][0] is Kind.CLUSTER)
    ]


def _split(keys: "np.typing.NDArray[np.int64]") -> tuple[list[int], list[int]]:
    looks, bands = np.divmod(keys, len(_BANDS))
    return looks.tolist(), bands.tolist()
