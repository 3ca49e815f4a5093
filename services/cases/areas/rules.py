"""Where a point lies: the deepest open area whose boundary covers it. Pure."""

from collections.abc import Sequence

import numpy as np
import shapely

from beatbook.contracts.areas import covers


class AreaIndex:
    """The open areas under a root, ready to place points by the thousand.

    `codes` names every open area; `boundaries` gives a GeoJSON geometry (WGS 84) for each, or None where the register
    has none. Rule C1.
    """

    def __init__(self, root: str, codes: Sequence[str], boundaries: Sequence[str | None]) -> None:
        self.root = root
        self._codes = frozenset(codes)
        self._parts: dict[str, str | None] = {}
        for code in sorted(codes):
            part = code.rpartition(".")[2]
            self._parts[part] = None if part in self._parts else code
        bounded = [(code, boundary) for code, boundary in zip(codes, boundaries, strict=True) if boundary is not None]
        # deepest first, so that of the areas that cover a point the one with the lowest index is the one wanted
        bounded.sort(key=lambda item: (-item[0].count("."), item[0]))
        self._bounded = [code for code, _ in bounded]
        self._shapes = shapely.from_geojson(np.array([boundary for _, boundary in bounded], dtype=object))
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)

    def holds(self, code: str) -> bool:
        """Whether `code` is an open area, the root itself or below it."""
        return code in self._codes and covers(self.root, code)

    def named(self, part: str) -> str | None:
        """The one open area whose code ends with this part; None when there is none, or more than one."""
        return self._parts.get(part)

    def place(self, longitudes: Sequence[float], latitudes: Sequence[float]) -> list[str | None]:
        """The code of the deepest area whose boundary covers each point (degrees, WGS 84); None outside every area.

        A point on the border of two areas of one tier goes to the first by code.
        """
        if not longitudes or not self._bounded:
            return [None] * len(longitudes)
        x, y = np.asarray(longitudes, dtype=float), np.asarray(latitudes, dtype=float)
        points, areas = self._tree.query(shapely.points(x, y))
        inside = shapely.intersects_xy(self._shapes[areas], x[points], y[points])
        nowhere = len(self._bounded)
        best = np.full(len(x), nowhere)
        np.minimum.at(best, points[inside], areas[inside])
        return [None if index == nowhere else self._bounded[index] for index in best]
