"""Charts as geometry: classes, outlines, trends. Pure."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.charts.classes import CLASSES, breaks, legend, shade_of
from gateway.web.charts.outlines import MAX_HEIGHT, WIDTH, outlines
from gateway.web.charts.trend import HEIGHT, TOP, nice_step, trend
from tests.gateway.country import square

pytestmark = pytest.mark.pure

figures = st.lists(st.floats(0, 1e6, allow_nan=False), max_size=60)


@given(figures)
def test_every_figure_has_a_shade_and_the_legend_holds_it(values: list[float]) -> None:
    """G5: the legend's classes hold every figure once, and a greater figure is never lighter."""
    bounds = breaks(values)
    shades = {shade.number: shade for shade in legend(values, bounds)}
    assert len(shades) == len(bounds) <= CLASSES
    for value in values:
        number = shade_of(value, bounds)
        assert number is not None
        assert shades[number].low <= value <= shades[number].high
    ordered = [shade_of(value, bounds) or 0 for value in sorted(values)]
    assert ordered == sorted(ordered)


def test_no_figure_has_no_shade() -> None:
    """K3: an area without a population has no rate, and is not drawn as if it were zero."""
    assert shade_of(None, [1.0]) is None
    assert shade_of(3.0, []) is None
    assert shade_of(0.0, [0.0]) == CLASSES // 2


def test_neighbours_still_meet_when_they_are_made_simpler() -> None:
    """Both sides of a shared border lose the same points."""
    wiggle = [[1.0, 0.02 * n + (0.0004 if n % 2 else 0.0)] for n in range(51)]
    west = {"type": "Polygon", "coordinates": [[[0.0, 0.0], *wiggle, [0.0, 1.0], [0.0, 0.0]]]}
    east = {"type": "Polygon", "coordinates": [[[2.0, 0.0], [2.0, 1.0], *reversed(wiggle), [2.0, 0.0]]]}
    drawn = outlines({"W": west, "E": east})
    assert drawn is not None
    ends = {code: points(path) for code, path in drawn.paths.items()}
    assert len(ends["W"]) < 20
    assert len(set(ends["W"]) & set(ends["E"])) >= 2


def points(path: str) -> list[tuple[float, float]]:
    """The corners of a path's first ring, as they are drawn."""
    start, _, steps = path.removeprefix("M").partition("l")
    x, y = (float(part) for part in start.split())
    found = [(x, y)]
    numbers = [float(part) for part in steps.partition("z")[0].split()]
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = round(x + dx, 1), round(y + dy, 1)
        found.append((x, y))
    return found


def test_the_drawing_fits_and_is_true_at_its_latitude() -> None:
    """At 60 degrees north a square of one degree is twice as high as wide."""
    drawn = outlines({"A": square(10, 59.5, 1.0)})
    assert drawn is not None
    assert drawn.width <= WIDTH
    assert drawn.height <= MAX_HEIGHT
    assert drawn.height / drawn.width == pytest.approx(2, rel=0.01)
    assert re.fullmatch(r"M[\d. ]+l[-\d. ]+z", drawn.paths["A"])


@pytest.mark.parametrize(
    "boundary",
    [
        {},
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": "everywhere"},
        {"type": "Nothing"},
    ],
)
def test_what_is_no_boundary_is_not_drawn(boundary: dict[str, Any]) -> None:
    assert outlines({"A": boundary}) is None


def test_a_speck_beside_land_is_left_out_but_not_a_small_area() -> None:
    land, speck = square(20, 42, 1.0), square(21.5, 42, 0.0005)
    both = {"type": "MultiPolygon", "coordinates": [land["coordinates"], speck["coordinates"]]}
    drawn = outlines({"A": both, "B": speck})
    assert drawn is not None
    assert drawn.paths["A"].count("M") == 1
    assert drawn.paths["B"].count("M") == 1


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e7, allow_nan=False)), min_size=1, max_size=48))
def test_a_trend_stays_within_its_axes(values: list[float | None]) -> None:
    """G5: every figure lies on the drawing; where there is none the line is broken, never drawn through zero."""
    drawn = trend([f"{2020 + n // 12}-{n % 12 + 1:02}" for n in range(len(values))], values)
    known = [value for value in values if value is not None]
    if drawn is None:
        assert not known
        return
    assert len(drawn.points) == len(known)
    assert all(TOP <= point.y <= HEIGHT for point in drawn.points)
    starts = sum(
        1 for before, value in zip([None, *values], values, strict=False) if before is None and value is not None
    )
    assert drawn.line.count("M") == starts
    assert 2 <= len(drawn.up) <= 6


@pytest.mark.parametrize(
    ("greatest", "step"), [(0, 1), (5e-324, 1), (1, 0.5), (7, 2), (28.8, 10), (100, 50), (349.8, 100)]
)
def test_axis_marks_are_round_numbers(greatest: float, step: float) -> None:
    assert nice_step(greatest) == pytest.approx(step)
