"""The land: an island in the middle of the ocean, where no country is, divided into nested, valid boundaries."""

import math
from collections.abc import Sequence
from random import Random
from typing import Any

import shapely
from shapely import Point, Polygon
from shapely.geometry import mapping

from beatbook.cli.demo_country.places import COUNTRY, MUNICIPALITIES, area_of

CENTRE = (-32.5, 44.5)
RADIUS = 0.42
"""Degrees of longitude, more or less."""
GRID = 1e-5
"""Degrees to which coordinates are rounded, about a metre."""
KM_PER_DEGREE = 111.2

Boundaries = dict[str, Polygon]


def boundaries(random: Random) -> Boundaries:
    """A polygon for every area code, each the exact union of those below it."""
    coast = _coast(random)
    seats = _settle(random, coast, len(MUNICIPALITIES), rounds=4)
    lines = [coast.exterior]
    owners: dict[str, Polygon] = {}
    for municipality, district in zip(MUNICIPALITIES, _divide(coast, seats), strict=True):
        inner = _settle(random, district, len(municipality.neighbourhoods), rounds=3)
        for place, part in zip(municipality.neighbourhoods, _divide(district, inner), strict=True):
            owners[area_of(municipality, place)] = part
            lines.append(part.exterior)
    faces: dict[str, list[Polygon]] = {code: [] for code in owners}
    for face in shapely.get_parts(shapely.polygonize([shapely.union_all(lines, grid_size=GRID)])):
        inside = face.representative_point()
        faces[min(owners, key=lambda code: float(owners[code].distance(inside)))].append(face)
    found = {code: _bent(_joined(parts)) for code, parts in faces.items()}
    for code in _upper_codes():
        found[code] = _joined([part for place, part in found.items() if place.startswith(code + ".")])
    return found


def _joined(parts: Sequence[Polygon]) -> Polygon:
    whole = shapely.union_all(list(parts), grid_size=GRID)
    assert isinstance(whole, Polygon)
    return whole


def _bent(part: Polygon) -> Polygon:
    """An area with winding borders."""
    bent = shapely.set_precision(shapely.transform(shapely.segmentize(part, 0.02), _wind), GRID)
    assert isinstance(bent, Polygon)
    return bent


def _upper_codes() -> list[str]:
    return [*(area_of(municipality) for municipality in MUNICIPALITIES), COUNTRY.code]


def _coast(random: Random) -> Polygon:
    waves = [(n, random.uniform(0.02, 0.09), random.uniform(0, math.tau)) for n in range(2, 8)]
    ring = []
    for step in range(180):
        angle = math.tau * step / 180
        reach = RADIUS * (1 + sum(height * math.sin(n * angle + shift) for n, height, shift in waves))
        ring.append((CENTRE[0] + 1.35 * reach * math.cos(angle), CENTRE[1] + reach * math.sin(angle)))
    return Polygon(ring)


def _settle(random: Random, land: Polygon, count: int, *, rounds: int) -> list[Point]:
    """Points spread over a land: scattered, then moved to the middle of what is nearest to them."""
    west, south, east, north = land.bounds
    points: list[Point] = []
    while len(points) < count:
        point = Point(random.uniform(west, east), random.uniform(south, north))
        if land.contains(point):
            points.append(point)
    for _ in range(rounds):
        points = [part.representative_point() for part in _divide(land, points)]
    return points


def _divide(land: Polygon, points: Sequence[Point]) -> list[Polygon]:
    """The part of the land that is nearest to each point; of a part in pieces, its largest piece."""
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(list(points)), extend_to=land))
    parts = []
    for point in points:
        cell = next(cell for cell in cells if cell.covers(point))
        parts.append(max(shapely.get_parts(shapely.intersection(cell, land)), key=lambda piece: float(piece.area)))
    return parts


def _wind(coordinates: Any) -> Any:
    """Bend straight borders, the same way wherever two areas share one."""
    import numpy as np

    x, y = coordinates[:, 0], coordinates[:, 1]
    return np.column_stack(
        [
            x + 0.012 * np.sin(31 * y + 1.3) + 0.005 * np.sin(83 * y + 40 * x),
            y + 0.010 * np.sin(27 * x + 0.4) + 0.004 * np.sin(71 * x - 50 * y),
        ]
    )


def square_kilometres(area: Polygon) -> float:
    """The size of an area given in degrees, good enough for a demo."""
    return float(area.area) * KM_PER_DEGREE**2 * math.cos(math.radians(CENTRE[1]))


BANDS = {"0-11": 0.14, "12-17": 0.08, "18-29": 0.19, "30-59": 0.39, "60+": 0.20}
"""The share of each age band among residents; of each, 51 in a hundred are women and girls."""


def bands(residents: int) -> list[dict[str, Any]]:
    """An area's residents by sex and age band."""
    return [
        {"sex": sex, "age_band": band, "count": round(residents * share * part)}
        for band, share in BANDS.items()
        for sex, part in (("female", 0.51), ("male", 0.49))
    ]


def populations(found: Boundaries, random: Random) -> dict[str, int]:
    """Residents of every area: by size and density, and summed upwards."""
    counts: dict[str, int] = {}
    for municipality in MUNICIPALITIES:
        for place in municipality.neighbourhoods:
            code = area_of(municipality, place)
            people = square_kilometres(found[code]) * municipality.density * random.uniform(0.6, 1.5)
            counts[code] = max(900, round(people))
        area = area_of(municipality)
        counts[area] = sum(count for code, count in counts.items() if code.startswith(area + "."))
    counts[COUNTRY.code] = sum(counts[area_of(municipality)] for municipality in MUNICIPALITIES)
    return counts


def feature_collection(found: Boundaries, counts: dict[str, int], names: dict[str, str]) -> dict[str, Any]:
    """The areas as an import of the register expects them."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": code.rpartition(".")[2],
                "parent_code": code.split(".")[-2] if "." in code else None,
                "name": names[code],
                "population": counts[code],
            },
            "geometry": mapping(found[code]),
        }
        for code in sorted(found)
    ]
    return {"type": "FeatureCollection", "features": features}
