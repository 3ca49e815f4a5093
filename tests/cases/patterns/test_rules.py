"""Rule C3: what is looked at, what is one place, and what is proposed."""

import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.patterns import rules
from services.cases.patterns.ground import RADIUS_METRES, cells, cells_about, metres, pairs_within
from services.cases.patterns.rules import Finding, Grain, Horizon, Kind, Span, State

pytestmark = pytest.mark.pure


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "weekday", "hour", "expected"),
    [
        pytest.param("2022-11-01", "2022-12-01", None, None, ["any"], id="a month"),
        pytest.param("2022-11-04T21:00", "2022-11-04T21:00", 4, 21, ["any", "evening", "fri-evening"], id="a moment"),
        pytest.param("2022-11-04", "2022-11-05", 4, None, ["any"], id="a day, no hour"),
        pytest.param("2022-11-04T23:30", "2022-11-04T23:30", 5, 0, ["any", "night", "sat-night"], id="ahead of UTC"),
    ],
)
def test_bands(start: str, end: str, weekday: int | None, hour: int | None, expected: list[str]) -> None:
    seen = rules.seen_at(at(start), at(end), date(2022, 11, 1), weekday, hour)
    assert seen.bands() == expected


@pytest.mark.parametrize(("weekday", "expected"), [(6, date(2022, 10, 31)), (0, date(2022, 11, 7))])
def test_the_week_is_that_of_the_clock_of_the_source(weekday: int, expected: date) -> None:
    """Sunday evening by UTC may be Monday already where it happened."""
    seen = rules.seen_at(at("2022-11-06T23:30"), at("2022-11-06T23:30"), date(2022, 11, 1), weekday, 0)
    assert seen.bucket == expected


def test_windows_end_with_what_was_reported() -> None:
    weeks = Horizon(Grain.WEEK, date(2022, 11, 7))
    assert (weeks.end() - weeks.start(Span.SHORT)).days == 28
    assert (weeks.end() - weeks.start(Span.LONG)).days == 91
    months = Horizon(Grain.MONTH, date(2022, 11, 1))
    assert (months.start(Span.SHORT), months.start(Span.LONG)) == (date(2022, 11, 1), date(2022, 9, 1))
    assert (months.earliest, months.end()) == (date(2021, 9, 1), date(2022, 12, 1))


@given(st.integers(1, 200), st.integers(0, 200))
def test_what_left_a_window_is_named(by: int, age: int) -> None:
    """Rule C3: every bucket that counts otherwise for a later horizon is in one of the ranges, and was reported."""
    before = Horizon(Grain.WEEK, date(2022, 1, 3))
    after = Horizon(Grain.WEEK, before.last + timedelta(weeks=by))
    bucket = before.last - timedelta(weeks=age)

    def role(horizon: Horizon) -> tuple[bool, ...]:
        return (bucket >= horizon.earliest, *(bucket >= horizon.start(span) for span in Span))

    named = any(start <= bucket < end for start, end in after.left_by(before))
    assert named == (role(before) != role(after))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("High Street", 21.0, 42.0), ("  HIGH  street ", 21.000001, 42.0), True),
        (("High Street", 21.0, 42.0), ("High Street", 21.001, 42.0), False),
        (("Supermarket", 21.0, 42.0), ("Nightclub", 21.0, 42.0), False),
        (("High Street", None, None), ("high street", None, None), True),
        ((None, 21.0, 42.0), ("", 21.0, 42.0), True),
    ],
)
def test_one_address(one: tuple, other: tuple, same: bool) -> None:  # type: ignore[type-arg]
    assert (rules.place_key(*one) == rules.place_key(*other)) == same


def test_an_area_alone_is_no_place() -> None:
    assert rules.place_key(None, None, None) is None
    assert rules.place_key(" ", None, 42.0) is None


degrees = st.tuples(st.floats(-179, 179), st.floats(-85, 85))


@given(degrees, st.floats(0, 250), st.floats(0, 6.28))
def test_metres_are_real_everywhere(point: tuple[float, float], distance: float, bearing: float) -> None:
    """Within 200 m of each other is measured on the ellipsoid, to a millimetre, by the radii of curvature there."""
    longitude, latitude = point
    phi = math.radians(latitude)
    squared = 2 / 298.257223563 - 298.257223563**-2
    normal = 6378137.0 / math.sqrt(1 - squared * math.sin(phi) ** 2)
    meridian = normal * (1 - squared) / (1 - squared * math.sin(phi) ** 2)
    north = math.degrees(distance * math.cos(bearing) / meridian)
    east = math.degrees(distance * math.sin(bearing) / (normal * math.cos(phi)))
    points = metres([longitude, longitude + east], [latitude, latitude + north])
    measured = float(((points[0] - points[1]) ** 2).sum() ** 0.5)
    assert measured == pytest.approx(distance, abs=0.05)


@given(st.lists(st.tuples(st.floats(21, 21.01), st.floats(42, 42.01)), min_size=1, max_size=30))
def test_neighbours_lie_in_the_cells_about(points: list[tuple[float, float]]) -> None:
    ground = metres([x for x, _ in points], [y for _, y in points])
    near = pairs_within(ground[:1], ground)
    about = set(cells_about(ground[:1]))
    where = cells(ground)
    assert all(where[other] in about for _, other in near)
    for (_, one), (_, other) in pairwise(near):
        assert ((ground[one] - ground[other]) ** 2).sum() ** 0.5 <= 2 * RADIUS_METRES + 1e-6


def finding(p: float, *places: int, family: str = "0801", kind: Kind = Kind.ADDRESS) -> Finding:
    return Finding(kind, places[0], family, "any", Grain.WEEK, Span.SHORT, 9, 2.0, p, p, frozenset(places))


def test_one_pattern_is_proposed_once() -> None:
    """Rule C3: of what shares a place and a family only the strongest, whatever lies next to it."""
    strongest, weaker, apart = finding(1e-6, 1, 2), finding(1e-4, 2, 3, kind=Kind.CLUSTER), finding(1e-3, 3)
    assert rules.leads([apart, weaker, strongest]) == [strongest, apart]
    assert rules.leads([strongest, finding(1e-4, 1, family="0501")]) == [strongest, finding(1e-4, 1, family="0501")]


@given(st.permutations([finding(p, *places) for p, places in [(0.1, (1, 2)), (0.1, (2,)), (0.01, (3,)), (0.2, (4,))]]))
def test_what_is_proposed_does_not_depend_on_the_order(found: list[Finding]) -> None:
    assert {lead.place_id for lead in rules.leads(found)} == {1, 3, 4}


@pytest.mark.parametrize(
    ("state", "case_open", "new", "silenced"),
    [
        (State.DISMISSED, False, rules.FEWEST - 1, True),
        (State.DISMISSED, False, rules.FEWEST, False),
        (State.ACCEPTED, True, 100, True),
        (State.MERGED, False, rules.FEWEST, False),
        (State.MERGED, False, 0, True),
        (State.LAPSED, False, 0, False),
    ],
)
def test_what_was_decided_stands_for_the_same_evidence(
    state: State, *, case_open: bool, new: int, silenced: bool
) -> None:
    assert rules.is_silenced(state, case_open=case_open, new_incidents=new) == silenced


@pytest.mark.parametrize(
    ("areas", "expected"),
    [(["XK.PRI.ONE"], "XK.PRI.ONE"), (["XK.PRI.ONE", "XK.PRI.TWO"], "XK.PRI"), (["XK.PRI", "XK.PRI.ONE"], "XK.PRI")],
)
def test_a_pattern_lies_where_all_its_places_do(areas: list[str], expected: str) -> None:
    assert rules.common_area(areas) == expected
