"""Real metres between places, and which of them form a cluster with which. Pure. Rule C3."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from services.cases.patterns.rules import RADIUS_METRES

SEMI_MAJOR = 6_378_137.0
FLATTENING = 1 / 298.257223563
"""Of the ellipsoid of WGS 84, in metres. Source: NIMA TR8350.2."""
_OFFSET, _BITS = 1 << 16, 17
"""Cells are counted from 6,553 km below the Earth's middle along each axis: three numbers of 17 bits name one."""

Points = NDArray[np.float64]


def metres(longitudes: Sequence[float], latitudes: Sequence[float]) -> Points:
    """Points (degrees, WGS 84) in metres from the Earth's middle, one row each: straight lines between near ones are
    their distance on the ground, anywhere on Earth, to less than a millimetre."""  # fmt: skip
    longitude, latitude = np.radians(longitudes), np.radians(latitudes)
    squared = FLATTENING * (2 - FLATTENING)
    normal = SEMI_MAJOR / np.sqrt(1 - squared * np.sin(latitude) ** 2)
    return np.column_stack(
        (
            normal * np.cos(latitude) * np.cos(longitude),
            normal * np.cos(latitude) * np.sin(longitude),
            normal * (1 - squared) * np.sin(latitude),
        )
    )


def cells(points: Points) -> list[int]:
    """The cube of `RADIUS_METRES` that each point lies in, as one number."""
    return _numbers(np.floor(points / RADIUS_METRES).astype(np.int64))


def cells_about(points: Points) -> list[int]:
    """All cubes that can hold a point within `RADIUS_METRES` of one of these."""
    corners = np.unique(np.floor(points / RADIUS_METRES).astype(np.int64), axis=0)
    steps = np.array(list(product((-1, 0, 1), repeat=3)))
    return sorted(set(_numbers((corners[:, None, :] + steps).reshape(-1, 3))))


def _numbers(corners: NDArray[np.int64]) -> list[int]:
    x, y, z = (corners + _OFFSET).T
    numbers: list[int] = ((x << 2 * _BITS) | (y << _BITS) | z).tolist()
    return numbers


def pairs_within(some: Points, others: Points) -> list[tuple[int, int]]:
    """Which of the others lie within `RADIUS_METRES` of which of some: pairs of rows."""
    found = cKDTree(some).query_ball_tree(cKDTree(others), RADIUS_METRES)
    return [(row, other) for row, near in enumerate(found) for other in near]
