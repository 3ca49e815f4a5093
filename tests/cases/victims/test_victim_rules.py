"""How a promise to a victim stands. Rule C20."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.victims.rules import FURTHEST, PromiseState, promise_obstacles, promise_state

pytestmark = pytest.mark.pure

DAYS = st.dates(date(2026, 1, 1), date(2026, 2, 28))
MAYBE = st.one_of(st.none(), DAYS)
DUE = date(2026, 1, 15)


@given(DAYS, MAYBE, MAYBE, DAYS)
def test_only_what_is_neither_kept_nor_stopped_changes_with_the_day(
    due: date, kept: date | None, stopped: date | None, today: date
) -> None:
    now, later = (promise_state(due, kept, stopped, today + timedelta(days=days)) for days in (0, 90))
    if kept is None and stopped is None:
        assert (now is PromiseState.MISSED, later) == (today > due, PromiseState.MISSED)
    else:
        assert now is later
        assert now not in {PromiseState.OPEN, PromiseState.MISSED}


@given(DAYS, DAYS, MAYBE, DAYS)
def test_what_was_kept_is_no_reminder_any_more(due: date, kept: date, stopped: date | None, today: date) -> None:
    late = promise_state(due, kept, stopped, today) is PromiseState.KEPT_LATE
    assert late == (kept > due)


def test_on_its_day_a_promise_is_neither_missed_nor_late() -> None:
    day = timedelta(days=1)
    assert promise_state(DUE, None, None, DUE) is PromiseState.OPEN
    assert promise_state(DUE, DUE, None, DUE + day) is PromiseState.KEPT
    assert promise_state(DUE, None, DUE, DUE + day) is PromiseState.STOPPED


def test_nothing_is_promised_backwards_too_far_ahead_or_against_a_wish() -> None:
    assert promise_obstacles(DUE, DUE, wants_contact=True) == []
    assert len(promise_obstacles(DUE, DUE + timedelta(days=1), wants_contact=False)) == 2
    assert len(promise_obstacles(DUE + FURTHEST + timedelta(days=1), DUE, wants_contact=True)) == 1
