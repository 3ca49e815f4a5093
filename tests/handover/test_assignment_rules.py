"""When an area is about to be left alone. Rule H1."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.handover.assignments.rules import gap, overlap_days

pytestmark = pytest.mark.pure

TODAY = date(2026, 3, 15)
days = st.integers(-400, 400).map(lambda n: TODAY + timedelta(days=n))


@pytest.mark.parametrize(
    ("leaves_in", "overlap", "code"),
    [
        (61, None, None),
        (60, None, "no-successor"),
        (0, None, "no-successor"),
        (-10, None, "no-successor"),
        (61, 0, None),
        (60, 13, "short-overlap"),
        (60, 14, None),
        (60, 0, "short-overlap"),
        (-10, 14, None),
    ],
)
def test_a_gap_is_told_sixty_days_ahead(leaves_in, overlap, code):
    """Rule H1: within 60 days, no successor or under 14 days of overlap."""
    ends_on = TODAY + timedelta(days=leaves_in)
    successor = None if overlap is None else ends_on - timedelta(days=overlap - 1)
    found = gap(ends_on, successor, TODAY)
    assert (found and found.code) == code


def test_both_ends_count_and_a_pause_is_no_overlap():
    assert overlap_days(date(2026, 1, 14), date(2026, 1, 1)) == 14
    assert overlap_days(date(2026, 1, 14), date(2026, 1, 14)) == 1
    assert overlap_days(date(2026, 1, 14), date(2026, 1, 15)) == 0
    assert overlap_days(date(2026, 1, 14), date(2026, 6, 1)) == 0


@given(days, st.none() | days)
def test_an_earlier_successor_never_makes_it_worse(ends_on, successor):
    """Rule H1."""
    if gap(ends_on, successor, TODAY) is None and successor is not None:
        assert gap(ends_on, successor - timedelta(days=1), TODAY) is None
    if gap(ends_on, successor, TODAY) is not None:
        assert gap(ends_on, None, TODAY) is not None
