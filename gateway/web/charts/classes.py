"""Classes of a choropleth: which of five shades a figure gets."""

from collections.abc import Sequence
from dataclasses import dataclass

CLASSES = 5


@dataclass(frozen=True)
class Shade:
    """One class of the legend: its number from 0 (lightest), and the lowest and highest figure in it."""

    number: int
    low: float
    high: float


def breaks(values: Sequence[float]) -> list[float]:
    """The upper bounds of up to five classes that each hold about as many areas; fewer where figures are equal.

    The last bound is the greatest figure.
    """
    ordered = sorted(values)
    if not ordered:
        return []
    steps = [ordered[max(0, -(-len(ordered) * part // CLASSES) - 1)] for part in range(1, CLASSES + 1)]
    return sorted(set(steps))


def shade_of(value: float | None, bounds: Sequence[float]) -> int | None:
    """The class of a figure, spread over the five shades so that the greatest is darkest; None without a figure."""
    if value is None or not bounds:
        return None
    place = next((index for index, bound in enumerate(bounds) if value <= bound), len(bounds) - 1)
    return _spread(place, len(bounds))


def legend(values: Sequence[float], bounds: Sequence[float]) -> list[Shade]:
    """Each class with the figures it really holds, lightest first."""
    shades: list[Shade] = []
    low = float("-inf")
    for place, bound in enumerate(bounds):
        inside = [value for value in values if low < value <= bound]
        shades.append(Shade(_spread(place, len(bounds)), min(inside), max(inside)))
        low = bound
    return shades


def _spread(place: int, count: int) -> int:
    return CLASSES // 2 if count == 1 else round(place * (CLASSES - 1) / (count - 1))
