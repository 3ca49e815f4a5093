"""When a forum has gone quiet, and a brief's trends. Rules F7, H8."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.handover.briefs.rules import (
    QUIET,
    Trend,
    gone_quiet,
    is_overdue,
    months_until,
    trend,
)

pytestmark = pytest.mark.pure

NOW = datetime(2026, 3, 15, tzinfo=UTC)


def test_the_due_day_is_in_time():
    """Rule F13."""
    assert not is_overdue(None, date(2026, 3, 15))
    assert not is_overdue(date(2026, 3, 15), date(2026, 3, 15))
    assert is_overdue(date(2026, 3, 14), date(2026, 3, 15))


def test_a_forum_goes_quiet_after_ninety_days():
    """Rule F7: since its last meeting, or since it was founded."""
    long_ago = NOW - timedelta(days=1000)
    assert not gone_quiet(NOW - QUIET, long_ago, NOW)
    assert gone_quiet(NOW - QUIET - timedelta(seconds=1), long_ago, NOW)
    assert not gone_quiet(None, NOW - QUIET, NOW)
    assert gone_quiet(None, long_ago, NOW)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], Trend.TOO_FEW),
        ([1, 2, 3], Trend.TOO_FEW),
        ([10, 10, 10, 20, 20, 20], Trend.RISING),
        ([20, 20, 20, 10, 10, 10], Trend.FALLING),
        ([10, 10, 10, 10.4, 10.4, 10.4], Trend.STEADY),
        ([0, 0, 0, 0, 0, 0], Trend.STEADY),
        ([0, 0, 0, 1, 1, 1], Trend.RISING),
        ([99, 1, None, 1, 2, None, 2], Trend.RISING),
        ([1, None, None, 2, 2, 2], Trend.TOO_FEW),
        ([1, 1, 1, 2, None, None], Trend.TOO_FEW),
    ],
)
def test_trend(values, found):
    """Rule H8."""
    assert trend(values) is found


numbers = st.none() | st.floats(-1e9, 1e9)


@given(st.lists(numbers, max_size=14))
def test_a_trend_upside_down_is_its_opposite(values):
    opposite = {Trend.RISING: Trend.FALLING, Trend.FALLING: Trend.RISING}
    mirrored = trend([None if value is None else -value for value in values])
    assert mirrored is opposite.get(trend(values), trend(values))


@given(st.dates(date(1900, 1, 1)))
def test_twelve_months_run_up_to_the_last(last):
    months = months_until(last)
    assert len(months) == 12
    assert months[-1] == last.replace(day=1)
    assert all(early < late and (late - early).days <= 31 for early, late in pairwise(months))
