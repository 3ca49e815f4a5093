"""Disclosure control: small counts of people are withheld, and with them whatever would give them away. Rule K8.

A table is a circle of flows: each cell runs between two nodes, and at each node as much comes in as goes out (a row
adds up to its total, the totals to the whole). What somebody can work out about a withheld cell from what is published
is then how far it can be raised and lowered along circles of withheld cells: exact, by largest flows.
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

UNDER_FOR_ALL = 10
"""Counts from 1 to 9 are withheld from everyone and from partners."""
UNDER_FOR_TRUSTED = 5
"""Counts from 1 to 4 are withheld from those who compare areas for the state."""
TOTAL = "total"

Key = tuple[str, str]
K = TypeVar("K", bound=str | Key)
Node = tuple[str, str]
Limits = Mapping[K, tuple[int, int]]
UNBOUNDED = 1 << 62


class ObsStatus(StrEnum):
    """How a value is to be read: codes of SDMX CL_OBS_STATUS. A zero is a normal value."""

    NORMAL = "A"
    MISSING = "O"
    SUPPRESSED = "Q"


@dataclass(frozen=True)
class Cell:
    """A count (people) with its status; only a normal one has a value."""

    value: int | None
    status: ObsStatus = ObsStatus.NORMAL


SUPPRESSED = Cell(None, ObsStatus.SUPPRESSED)
MISSING = Cell(None, ObsStatus.MISSING)


def is_small(count: int, under: int) -> bool:
    """Whether a count is withheld for itself: from 1 up to, not including, `under`. Rule K8."""
    return 0 < count < under


def one_way(
    counts: Mapping[str, int | None], *, under: int, kept: Collection[str] = (), total_known: bool = False
) -> dict[str, Cell]:
    """The counts (None: missing) and their total under `TOTAL`, as they may be shown. Rule K8.

    `kept` names cells withheld in an earlier revision, which stay so; `total_known` says that the total is published
    elsewhere, so that withholding it here would help nobody. A table that is small as a whole shows nothing, zeros
    neither: how many cells hold one person would be left. The same counts give the same answer each time.
    """
    known = {key: count for key, count in counts.items() if count is not None}
    flows = dict.fromkeys(known, (("out", ""), ("in", "")))
    flows[TOTAL] = (("in", ""), ("out", ""))
    table = _Table(known | {TOTAL: sum(known.values())}, flows, {TOTAL} if total_known else set())
    return _shown(counts, table, under, kept)


def two_way(counts: Mapping[Key, int | None], *, under: int, kept: Collection[Key] = ()) -> dict[Key, Cell]:
    """Counts by row and column, with the totals under `TOTAL` in place of either, as they may be shown. Rule K8."""
    values: dict[Key, int] = {}
    flows: dict[Key, tuple[Node, Node]] = {}
    for (row, column), count in counts.items():
        if count is None:
            continue
        flows[row, column] = (("row", row), ("column", column))
        flows[row, TOTAL] = (("totals", "rows"), ("row", row))
        flows[TOTAL, column] = (("column", column), ("totals", "columns"))
        flows[TOTAL, TOTAL] = (("totals", "columns"), ("totals", "rows"))
        for key in ((row, column), (row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            values[key] = values.get(key, 0) + count
    return _shown(counts, _Table(values, flows, set()), under, kept)


def _shown(
    counts: Mapping[K, int | None], table: "_Table[K]", under: int, kept: Collection[K]
) -> dict[K, Cell]:  # fmt: skip
    whole = sum(count for count in counts.values() if count is not None)
    hidden = set(table.values) if is_small(whole, under) else table.withheld(under, kept)
    shown = {key: SUPPRESSED if key in hidden else Cell(value) for key, value in table.values.items()}
    return {key: shown.get(key, MISSING) for key in [*counts, *(key for key in shown if key not in counts)]}


class _Table(Generic[K]):
    """Values of cells, the nodes each runs between, and the cells that others publish."""

    def __init__(self, values: Mapping[K, int], flows: Mapping[K, tuple[Node, Node]], published: Collection[K]) -> None:
        self.values, self._flows, self._published = values, flows, published

    def withheld(self, under: int, kept: Collection[K]) -> set[K]:
        """The small cells, those kept, and as many others as it takes, so that of each small cell

        - whoever adds up what is published is left with `under` possible values at least;
        - whoever also guesses which cells are withheld because they are small is left with two.

        Where even withholding everything leaves fewer, everything that can help is withheld.
        """
        small = sorted((key for key, value in self.values.items() if is_small(value, under)), key=self._order)
        hidden = {*small, *(key for key in kept if key in self.values)}
        anything = dict.fromkeys(self.values, (0, UNBOUNDED))
        if_known = anything | dict.fromkeys(small, (1, under - 1))
        for limits, width in ((anything, under - 1), (if_known, 1)):
            for key in small:
                while (cover := self._cover(key, hidden, width, limits)) is not None:
                    hidden |= cover
        return hidden

    def _cost(self, key: K) -> int:
        """What it costs to withhold a cell as a cover: by its place, hardly by its value.

        A choice by size would tell about sizes, and change whenever counts do.
        """
        if TOTAL in (key if isinstance(key, tuple) else (key,)):
            return 4
        return 1 if self.values[key] else 3

    def _order(self, key: K) -> tuple[int, str]:
        return self.values[key], str(key)

    def _cover(self, key: K, hidden: set[K], width: int, limits: Limits[K]) -> set[K] | None:
        """Further cells to withhold, so that `key` can be further from its value; None when it is far enough, or can't.

        The flows that raise and lower it are first used up; what then leads on is the cheapest circle through cells
        that are still shown.
        """
        least, most = limits[key]
        room = {1: min(width, most - self.values[key]), -1: min(width, self.values[key] - least)}
        moved: dict[int, dict[K, int]] = {1: {}, -1: {}}
        reached = sum(self._reach(key, hidden, room[sign], sign, limits, moved[sign]) for sign in room)
        if reached >= width:
            return None
        costs = {other: 0 if other in hidden else self._cost(other) for other in self.values
                 if other in hidden or other not in self._published}  # fmt: skip
        for sign in room:
            found = {step for step, _ in self._path(key, moved[sign], costs, sign, limits)} - hidden
            if found and room[sign]:
                return found
        return None

    def _reach(
        self, key: K, hidden: set[K], most: int, sign: int, limits: Limits[K], moved: dict[K, int]
    ) -> int:  # fmt: skip
        """How far withheld cells let the cell move, at most `most`; `moved` then says by how much each of them did."""
        reached = 0
        while reached < most:
            path = self._path(key, moved, dict.fromkeys(hidden, 0), sign, limits)
            if not path:
                break
            step = min([most - reached, *(self._room(other, way, moved, limits) for other, way in path)])
            for other, way in path:
                moved[other] = moved.get(other, 0) + way * step
            reached += step
        return reached

    def _room(self, key: K, way: int, moved: Mapping[K, int], limits: Limits[K]) -> int:
        value = self.values[key] + moved.get(key, 0)
        least, most = limits[key]
        return most - value if way > 0 else value - least

    def _path(
        self, key: K, moved: Mapping[K, int], costs: Mapping[K, int], sign: int, limits: Limits[K]
    ) -> list[tuple[K, int]]:
        """The cheapest way round from one end of the cell to the other: cells, each raised (1) or lowered (-1) on it.

        Raising the cell means coming back from its end to its beginning; empty when there is no way.
        """
        tail, head = self._flows[key]
        start, goal = (head, tail) if sign > 0 else (tail, head)
        best: dict[Node, tuple[int, list[tuple[K, int]]]] = {start: (0, [])}
        queue = deque([start])
        while queue:
            node = queue.popleft()
            cost, so_far = best[node]
            for other in sorted(costs.keys() - {key}, key=str):
                here, there = self._flows[other]
                for begin, end, way in ((here, there, 1), (there, here, -1)):
                    if begin != node or self._room(other, way, moved, limits) <= 0:
                        continue
                    if end not in best or cost + costs[other] < best[end][0]:
                        best[end] = (cost + costs[other], [*so_far, (other, way)])
                        queue.append(end)
        return best[goal][1] if goal in best else []
