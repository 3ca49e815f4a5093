"""Boundaries as SVG paths: projected, made simpler together so that neighbours still meet, and written short."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

WIDTH = 600.0
MAX_HEIGHT = 620.0
TOLERANCE = 0.8
MOST_POINTS = 4_000
LEAST_AREA = 0.4


@dataclass(frozen=True)
class Outlines:
    """Paths by area code, in a drawing of `width` by `height`."""

    width: float
    height: float
    paths: Mapping[str, str]


def outlines(boundaries: Mapping[str, Mapping[str, Any]]) -> Outlines | None:
    """Draw GeoJSON boundaries (WGS 84) to fit the drawing; None where there is nothing to draw.

    The projection shortens longitude by the cosine of the middle latitude, which is true enough for a country.
    """
    geometries = {code: found for code, boundary in boundaries.items() if (found := _geometry(boundary)) is not None}
    if not geometries:
        return None
    west, south, east, north = shapely.total_bounds(list(geometries.values()))
    stretch = cos(radians((south + north) / 2))
    across, down = max((east - west) * stretch, 1e-9), max(north - south, 1e-9)
    scale = min(WIDTH / across, MAX_HEIGHT / down)

    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([(points[:, 0] - west) * stretch * scale, (north - points[:, 1]) * scale])

    drawn = shapely.transform(np.array(list(geometries.values()), dtype=object), project)
    paths = [_path(geometry) for geometry in _simple(drawn)]
    return Outlines(
        width=round(across * scale, 1), height=round(down * scale, 1), paths=dict(zip(geometries, paths, strict=True))
    )


def _geometry(boundary: Mapping[str, Any]) -> BaseGeometry | None:
    try:
        geometry = shape(dict(boundary))
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return geometry if geometry.geom_type in {"Polygon", "MultiPolygon"} and not geometry.is_empty else None


def _simple(geometries: NDArray[Any]) -> NDArray[Any]:
    """The geometries with no more points than a page needs."""
    tolerance = TOLERANCE
    while True:
        simple: NDArray[Any] = shapely.coverage_simplify(geometries, tolerance)
        if int(shapely.get_num_coordinates(simple).sum()) <= MOST_POINTS or tolerance > 20:
            return simple
        tolerance *= 1.6


def _path(geometry: BaseGeometry) -> str:
    """SVG path data with relative steps of a tenth of a unit; specks are left out unless nothing else is there."""
    polygons = sorted(getattr(geometry, "geoms", [geometry]), key=lambda polygon: -float(polygon.area))
    shown = [polygon for polygon in polygons if polygon.area >= LEAST_AREA] or polygons[:1]
    return "".join(
        _ring(list(ring.coords))
        for polygon in shown
        for ring in (polygon.exterior, *polygon.interiors)
        if not polygon.is_empty
    )


def _ring(points: Sequence[tuple[float, ...]]) -> str:
    tenths = [(round(x * 10), round(y * 10)) for x, y, *_ in points]
    steps = [
        (x - px, y - py) for (px, py), (x, y) in pairwise(tenths) if (x, y) != (px, py)
    ]  # fmt: skip
    start = f"M{_tenth(tenths[0][0])} {_tenth(tenths[0][1])}"
    return start + "l" + " ".join(f"{_tenth(dx)} {_tenth(dy)}" for dx, dy in steps[:-1]) + "z"


def _tenth(number: int) -> str:
    return f"{number / 10:g}"
