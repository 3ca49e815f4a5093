"""A trend over months as a line with axes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 360.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 8.0, 10.0, 26.0
MOST_LABELS = 6


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its place along it, and its text."""

    place: float
    label: str


@dataclass(frozen=True)
class Point:
    """A figure: its place, and what it says."""

    x: float
    y: float
    period: str
    value: float


@dataclass(frozen=True)
class Trend:
    """What a template draws: the line, broken where there is no figure, its points, and both axes."""

    line: str
    points: Sequence[Point]
    across: Sequence[Tick]
    up: Sequence[Tick]


def trend(periods: Sequence[str], values: Sequence[float | None]) -> Trend | None:
    """Draw figures by period from a zero baseline; None where there is no figure at all."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    step = nice_step(max(known, default=0.0))
    ceiling = max(step, step * ceil(max(known) / step))
    between = (WIDTH - LEFT - RIGHT) / max(1, len(periods) - 1)

    def x(index: int) -> float:
        return round(LEFT + between * index if len(periods) > 1 else (LEFT + WIDTH - RIGHT) / 2, 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / ceiling, 1)

    points = [
        Point(x(index), y(value), periods[index], value) for index, value in enumerate(values) if value is not None
    ]
    every = ceil(len(periods) / MOST_LABELS)
    across = [Tick(x(index), period) for index, period in enumerate(periods) if (len(periods) - 1 - index) % every == 0]
    up = [Tick(y(step * number), f"{step * number:g}") for number in range(round(ceiling / step) + 1)]
    return Trend(_line(periods, values, x, y), points, across, up)


def nice_step(greatest: float) -> float:
    """The distance of axis marks: 1, 2 or 5 times a power of ten, for three to five marks up to `greatest`.

    What is less than a billionth counts as nothing: no figure is that fine, and floats lose their precision down there.
    """
    if greatest < 1e-9:
        return 1.0
    rough = greatest / 4
    power: float = 10.0 ** floor(log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)


def _line(
    periods: Sequence[str], values: Sequence[float | None], x: Callable[[int], float], y: Callable[[float], float]
) -> str:
    drawn: list[str] = []
    pen_down = False
    for index, value in zip(range(len(periods)), values, strict=True):
        if value is not None:
            drawn.append(f"{'L' if pen_down else 'M'}{x(index):g} {y(value):g}")
        pen_down = value is not None
    return "".join(drawn)
