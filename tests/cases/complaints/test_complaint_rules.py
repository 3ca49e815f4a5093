"""Whose a complaint is, its steps, its days, its quarters. Rule C19."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.contracts.actor import PUBLIC, Actor, Grant
from services.cases.complaints.rules import (
    DAYS,
    OUTCOMES,
    STEPS,
    Channel,
    Matter,
    Owed,
    State,
    channel_of,
    due,
    filed_in,
    move_obstacles,
    owed_now,
    quarter_end,
    quarter_starts,
)

pytestmark = pytest.mark.pure

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("area", "oversight_of", "filed"),
    [
        ("XK.PRI.DARDANIA", None, "XK.PRI.DARDANIA"),
        ("XK.PRI.DARDANIA", "XK.PRI.DARDANIA", "XK.PRI"),
        ("XK.PRI.DARDANIA", "XK.PRI", "XK"),
        ("XK.PRI.DARDANIA", "XK", None),
    ],
)
def test_a_complaint_about_an_oversight_body_goes_above_it(area: str, oversight_of: str | None, filed: str) -> None:
    assert filed_in(area, oversight_of) == filed
    with pytest.raises(ValueError, match="oversight_of"):
        filed_in(area, "XK.PEC")


def test_how_it_came() -> None:
    def holder(*grants: str) -> Actor:
        return Actor(subject="s", grants=tuple(map(Grant.parse, grants)))

    assert [channel_of(PUBLIC), channel_of(holder("officer@XK")), channel_of(holder("partner@XK", "officer@XK"))] == [
        Channel.PUBLIC, Channel.SIGNED_IN, Channel.PARTNER,
    ]  # fmt: skip


def test_every_state_is_reached_and_the_end_is_the_end() -> None:
    reached, ahead = set(), {State.RECEIVED}
    while ahead:
        reached |= ahead
        ahead = {target for state in ahead for target in STEPS[state]} - reached
    assert reached == set(State)
    assert [state for state in State if not STEPS[state]] == [State.CLOSED]


def test_a_decision_needs_reasons_and_an_answer() -> None:
    assert len(move_obstacles(State.UPHELD, None, None)) == 2
    assert len(move_obstacles(State.WITHDRAWN, None, None)) == 1
    assert move_obstacles(State.NOT_UPHELD, "found", "answered") == move_obstacles(State.CLOSED, None, None) == []


@given(st.sampled_from(list(Matter)), st.sampled_from(list(State)), st.floats(0, 200))
def test_what_is_owed_grows_with_time_and_ends_with_a_decision(matter: Matter, state: State, days: float) -> None:
    by = due(NOW, matter)
    owed = [set(owed_now(state, by[Owed.ACKNOWLEDGEMENT], by[Owed.DECISION], NOW + days * DAY * n)) for n in (1, 2)]
    assert owed[0] <= owed[1]
    assert by[Owed.ACKNOWLEDGEMENT] < by[Owed.DECISION]
    if state in OUTCOMES | {State.CLOSED}:
        assert owed == [set(), set()]
    elif days > DAYS[matter].decide:
        assert Owed.DECISION in owed[0]


def test_quarters_that_are_over() -> None:
    assert quarter_starts(2026, NOW) == []
    assert [start.month for start in quarter_starts(2025, NOW)] == [1, 4, 7, 10]
    assert [start.month for start in quarter_starts(2026, quarter_end(NOW.replace(month=4, day=1)))] == [1, 4]
    assert quarter_end(datetime(2025, 10, 1, tzinfo=UTC)) == datetime(2026, 1, 1, tzinfo=UTC)
