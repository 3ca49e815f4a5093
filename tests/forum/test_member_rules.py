"""Terms, roles and chairs, purely. Rules F2, F3."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forum.members.rules import (
    Chairing,
    SeatKind,
    SeatRole,
    Sector,
    chair_obstacle,
    chairings,
    renewal_obstacles,
    seat_obstacles,
    second_chair_obstacle,
    term_obstacles,
    transition_began,
)

pytestmark = pytest.mark.pure

TODAY = date(2026, 3, 15)
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
spans = st.builds(lambda first, length: Chairing(first, first + timedelta(days=length) if length else None),
                  days, st.one_of(st.none(), st.integers(1, 900)))  # fmt: skip


@given(spans, st.lists(spans, max_size=4))
def test_a_chair_is_refused_exactly_when_two_would_chair_on_a_day(wanted: Chairing, others: list[Chairing]) -> None:
    """Rule F2."""

    def chairs(span: Chairing, day: date) -> bool:
        return span.first <= day and (span.last is None or day <= span.last)

    edges = {day for span in [wanted, *others] for day in span if day is not None} | {date(2199, 1, 1)}
    clash = any(chairs(wanted, day) and chairs(other, day) for day in edges for other in others)
    assert (second_chair_obstacle(wanted, others) is not None) is clash


@given(st.lists(st.tuples(days, st.sampled_from(SeatRole)), min_size=1, unique_by=lambda pair: pair[0]), days)
def test_spans_of_chairing_say_who_chairs_on_each_day(roles: list[tuple[date, SeatRole]], day: date) -> None:
    """Rule F2: the role on a day is the last one begun."""
    roles.sort()
    end = roles[-1][0] + timedelta(days=100)
    held = [role for since, role in roles if since <= day]
    wanted = bool(held) and held[-1] is SeatRole.CHAIR and day <= end
    found = [span for span in chairings(roles, end, co_chair=False) if span.first <= day <= (span.last or day)]
    assert bool(found) is wanted
    assert len(found) <= 1


@given(st.lists(st.tuples(days, st.integers(0, 400)), max_size=6), days)
def test_no_row_of_police_chairs_outlasts_its_twelve_months(
    recorded: list[tuple[date, int]], today: date
) -> None:  # fmt: skip
    """Rule F3: an end is refused once it lies over a year after any chairing that was recorded within a year before."""
    rows = [Chairing(first, first + timedelta(days=length)) for first, length in recorded]
    began = transition_began(rows, today)
    assert began <= today
    for first, last in rows:
        if last is None or last >= today - timedelta(days=364):
            assert began <= first
    assert chair_obstacle(Sector.POLICE, SeatRole.CHAIR, began + timedelta(days=367), began) is not None


def test_a_year_without_a_police_chair_begins_anew() -> None:
    """Rule F3."""
    old = Chairing(date(2023, 1, 1), date(2023, 12, 31))
    assert transition_began([], TODAY) == TODAY
    assert transition_began([old], TODAY) == TODAY
    assert transition_began([old], date(2024, 12, 31)) == date(2023, 1, 1)
    assert transition_began([old, Chairing(date(2024, 6, 1), None)], TODAY) == date(2023, 1, 1)


def test_a_seat_is_described_honestly() -> None:
    """Rule F2."""
    assert seat_obstacles(SeatKind.PERSON, None, ("female", "60+", "Roma"), "Roma", TODAY, TODAY) == []
    assert seat_obstacles(SeatKind.BODY, "Red Cross", (None, None, None), None, None, TODAY) == []
    assert len(seat_obstacles(SeatKind.BODY, None, ("female", None, "Roma"), "Roma", None, TODAY)) == 3
    assert len(seat_obstacles(SeatKind.PERSON, None, (), None, TODAY, TODAY)) == 1


def test_a_term_that_is_over_stays() -> None:
    """Rule F2."""
    start, end = date(2025, 1, 1), date(2026, 1, 1)
    assert term_obstacles(start, end, end, TODAY) == []
    assert term_obstacles(start, end, date(2025, 12, 1), TODAY) == []
    assert len(term_obstacles(start, end, None, TODAY)) == 1
    assert len(term_obstacles(start, end, TODAY, TODAY)) == 1
    assert term_obstacles(start, None, TODAY, TODAY) == []
    assert len(term_obstacles(start, None, date(2024, 1, 1), TODAY)) == 1
    assert renewal_obstacles(end, date(2026, 1, 2), renewed=False) == []
    assert len(renewal_obstacles(end, end, renewed=True)) == 2
    assert len(renewal_obstacles(None, end, renewed=False)) == 1
