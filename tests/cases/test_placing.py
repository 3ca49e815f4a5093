"""Rule C1: a point lies in the deepest open area whose boundary covers it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.areas.rules import AreaIndex

pytestmark = pytest.mark.pure


def square(west: float, south: float, side: float) -> str:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def index() -> AreaIndex:
    areas = {
        "XK": None,
        "XK.A": square(0, 0, 10),
        "XK.A.ONE": square(0, 0, 5),
        "XK.A.TWO": square(5, 0, 5),
        "XK.B": None,
    }
    return AreaIndex("XK", list(areas), list(areas.values()))


@pytest.mark.parametrize(
    ("longitude", "latitude", "expected"),
    [
        (1, 1, "XK.A.ONE"),
        (6, 1, "XK.A.TWO"),
        (1, 9, "XK.A"),
        (11, 1, None),
        pytest.param(5, 1, "XK.A.ONE", id="on the border of two: the first by code"),
        pytest.param(0, 0, "XK.A.ONE", id="on a corner"),
        pytest.param(10, 10, "XK.A", id="on the outer corner"),
    ],
)
def test_deepest_area(longitude: float, latitude: float, expected: str | None) -> None:
    assert index().place([longitude], [latitude]) == [expected]


degrees = st.floats(-1, 11)


@given(st.lists(st.tuples(degrees, degrees), max_size=30))
def test_a_batch_is_placed_like_its_points_alone(points: list[tuple[float, float]]) -> None:
    areas = index()
    together = areas.place([x for x, _ in points], [y for _, y in points])
    assert together == [areas.place([x], [y])[0] for x, y in points]


@given(degrees, degrees)
def test_where_an_area_is_found_its_boundary_reaches(x: float, y: float) -> None:
    (found,) = index().place([x], [y])
    inside = 0 <= x <= 10 and 0 <= y <= 10
    assert (found is not None) == inside
    if found == "XK.A":
        assert y > 5


def test_holds_open_areas_only() -> None:
    areas = index()
    assert areas.holds("XK")
    assert areas.holds("XK.B")
    assert not areas.holds("XK.C")


def test_without_any_boundary_nothing_is_placed() -> None:
    assert AreaIndex("XK", ["XK"], [None]).place([1.0], [1.0]) == [None]
