"""Forums, seats, meetings and decisions: what may be, and when. Rules F1, F3, F4, F7, F12, F13. Pure."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.contracts.actor import PUBLIC, Actor, Grant, Role
from services.forum.decisions import rules as decisions
from services.forum.decisions.rules import DecisionState, Method
from services.forum.forums.rules import (
    SPECIAL_KINDS,
    ForumKind,
    GeneralForum,
    may_manage,
    may_see_inside,
    reporting_obstacle,
    tier_obstacle,
)
from services.forum.meetings import rules as meetings
from services.forum.meetings.rules import Attendance, MeetingState
from services.forum.members.rules import (
    SeatRole,
    Sector,
    chair_obstacle,
    police_chair_overdue,
    police_chair_until,
)

pytestmark = pytest.mark.pure

TODAY = date(2026, 3, 15)
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
AREAS = {"XK": 0, "XK.PRI": 1, "XK.PRI.DARDANIA": 2}


@pytest.mark.parametrize("kind", ForumKind)
def test_a_kind_of_forum_stands_at_its_tier(kind: ForumKind) -> None:
    """Rule F1."""
    at = {"community_advisory_board": [2], "community_safety_council": [1], "core_implementation_group": [0]}
    at |= {"steering_committee": [0], "thematic": [0, 1, 2], "youth": [0, 1, 2], "women_only": [0, 1, 2]}
    for area, tier in AREAS.items():
        assert (tier_obstacle(kind, area) is None) is (tier in at[kind])


@given(st.sampled_from(ForumKind), st.sampled_from(ForumKind), st.sampled_from([*AREAS]), st.sampled_from([*AREAS]))
def test_a_special_forum_reports_into_a_general_one(kind: ForumKind, into: ForumKind, area: str, at: str) -> None:
    """Rule F6."""
    found = reporting_obstacle(kind, area, named=True, general=GeneralForum(into, at))
    allowed = kind in SPECIAL_KINDS and into not in SPECIAL_KINDS and AREAS[at] <= AREAS[area]
    assert (found is None) is allowed
    assert (reporting_obstacle(kind, area, named=False, general=None) is None) is (kind not in SPECIAL_KINDS)
    assert reporting_obstacle(kind, area, named=True, general=None) is not None


@pytest.mark.parametrize("role", Role)
def test_who_manages_and_who_sees_inside(role: Role) -> None:
    holder = Actor(subject="a", grants=(Grant(role=role, area="XK.PRI"),))
    manages = role in {Role.ADMIN, Role.COUNCIL}
    inside = manages or role in {Role.FORUM_MEMBER, Role.OFFICER, Role.SUPERVISOR, Role.ADVISOR}
    for area in ("XK.PRI", "XK.PRI.DARDANIA"):
        assert may_manage(holder, area) is manages
        assert may_see_inside(holder, area) is inside
    for area in ("XK", "XK.PEC", "XK.PRIZREN"):
        assert not may_manage(holder, area)
        assert not may_see_inside(holder, area)
    assert not may_see_inside(PUBLIC, "XK.PRI")


@given(
    st.sampled_from(Sector),
    st.sampled_from(SeatRole),
    st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2030, 1, 1))),
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
)
def test_the_chair_is_not_from_the_police(sector: Sector, role: SeatRole, term_end: date | None, today: date) -> None:
    """Rule F3."""
    chairs = sector is Sector.POLICE and role in {SeatRole.CHAIR, SeatRole.CO_CHAIR}
    transition = term_end is not None and (term_end.year, term_end.month, term_end.day) <= (
        today.year + 1,
        today.month,
        today.day,
    )
    assert (chair_obstacle(sector, role, term_end, today) is None) is (not chairs or transition)


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 3, 15), date(2027, 3, 15)),
        (date(2027, 3, 15), date(2028, 3, 15)),
        (date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_a_police_chair_is_a_transition_of_twelve_months_to_the_day(today: date, last: date) -> None:
    """Rule F3."""
    police_chair = Sector.POLICE, SeatRole.CHAIR
    assert chair_obstacle(*police_chair, last, today) is None
    assert "twelve months" in (chair_obstacle(*police_chair, last + timedelta(days=1), today) or "")
    assert not police_chair_overdue(*police_chair, last, last)
    assert police_chair_overdue(*police_chair, last, last + timedelta(days=1))
    assert not police_chair_overdue(Sector.NGO, SeatRole.CHAIR, last, last + timedelta(days=1))
    assert not police_chair_overdue(Sector.POLICE, SeatRole.MEMBER, last, last + timedelta(days=1))


def test_the_police_hands_over_the_chair_unless_a_successor_is_there() -> None:
    """Rule F3."""
    early, late = date(2026, 6, 1), date(2026, 9, 1)
    police = (Sector.POLICE, SeatRole.CHAIR, early)
    assert police_chair_until([]) is None
    assert police_chair_until([police]) == early
    assert police_chair_until([police, (Sector.POLICE, SeatRole.CO_CHAIR, late)]) == late
    assert police_chair_until([police, (Sector.NGO, SeatRole.CO_CHAIR, None)]) == early
    assert police_chair_until([police, (Sector.NGO, SeatRole.CHAIR, early)]) == early
    for end in (None, late):
        assert police_chair_until([police, (Sector.NGO, SeatRole.CHAIR, end)]) is None


@pytest.mark.parametrize("state", MeetingState)
def test_what_is_held_or_cancelled_does_not_change(state: MeetingState) -> None:
    """Rule F7."""
    closed = state in {MeetingState.HELD, MeetingState.CANCELLED}
    assert (meetings.state_obstacle(state, "held") is not None) is closed


def test_holding_says_everything_that_is_missing_at_once() -> None:
    """Rules F4, F7."""
    start = datetime(2026, 3, 20, tzinfo=UTC)
    assert len(meetings.holding_obstacles(start, NOW + timedelta(seconds=1), NOW, None, NOW.date())) == 3
    yesterday = NOW - timedelta(days=1)
    assert meetings.holding_obstacles(NOW, NOW, NOW, TODAY, TODAY) == []
    assert meetings.holding_obstacles(NOW, yesterday, NOW, yesterday.date(), yesterday.date()) == []
    assert len(meetings.holding_obstacles(NOW, yesterday, NOW, TODAY, yesterday.date())) == 1
    assert meetings.holding_obstacles(NOW, yesterday, NOW, TODAY, TODAY) == []
    earlier = yesterday - timedelta(seconds=1)
    assert len(meetings.holding_obstacles(NOW, earlier, NOW, date(2020, 1, 1), earlier.date())) == 1


@given(st.lists(st.sampled_from(Attendance)))
def test_only_who_is_present_counts(marks: list[Attendance]) -> None:
    assert meetings.present(marks) == marks.count(Attendance.PRESENT)


@pytest.mark.parametrize(
    ("method", "votes", "unmet"),
    [
        (Method.CONSENSUS, None, 0),
        (Method.CONSENSUS, (3, 0, 0), 1),
        (Method.COMPROMISE, None, 0),
        (Method.VOTE, None, 1),
        (Method.VOTE, (3, 3, 9), 1),
        (Method.VOTE, (0, 0, 4), 1),
        (Method.VOTE, (4, 3, 0), 0),
    ],
)
def test_a_vote_needs_figures_and_a_majority(method: Method, votes: tuple[int, int, int] | None, unmet: int) -> None:
    """Rule F12."""
    assert len(decisions.recording_obstacles(method, votes, False, None)) == unmet


def test_over_the_dissent_of_an_affected_group_the_chair_states_the_reasons() -> None:
    """Rule F12."""
    assert decisions.overrides_affected_group(Method.VOTE, ["Roma"], ["Roma", "traders"])
    assert not decisions.overrides_affected_group(Method.CONSENSUS, ["Roma"], ["Roma"])
    assert not decisions.overrides_affected_group(Method.VOTE, ["Roma"], ["traders"])
    assert len(decisions.recording_obstacles(Method.VOTE, (4, 3, 0), True, None)) == 1
    assert len(decisions.recording_obstacles(Method.VOTE, None, True, None)) == 2
    assert decisions.recording_obstacles(Method.VOTE, (4, 3, 0), True, "Because") == []


@pytest.mark.parametrize(
    ("outcome", "evidence", "reason", "alternative", "unmet"),
    [
        (DecisionState.DELIVERED, None, "r", "a", 1),
        (DecisionState.DELIVERED, "e", None, None, 0),
        (DecisionState.DECLINED, "e", None, None, 2),
        (DecisionState.DECLINED, None, "r", None, 1),
        (DecisionState.DECLINED, None, "r", "a", 0),
        (DecisionState.WITHDRAWN, None, None, None, 1),
        (DecisionState.WITHDRAWN, None, "r", None, 0),
    ],
)
def test_how_a_decision_ends(
    outcome: DecisionState, evidence: str | None, reason: str | None, alternative: str | None, unmet: int
) -> None:
    """Rule F13."""
    assert len(decisions.closing_obstacles(outcome, evidence, reason, alternative)) == unmet


@given(st.dates(), st.dates(), st.dates())
def test_a_decision_ends_between_the_meeting_and_today(ended: date, decided: date, today: date) -> None:
    """Rule F13."""
    assert (decisions.ending_day_obstacles(ended, decided, today) == []) is (decided <= ended <= today)


@given(st.sampled_from(DecisionState), st.one_of(st.none(), st.dates()), st.dates())
def test_overdue_is_open_and_past_the_due_day(state: DecisionState, due: date | None, today: date) -> None:
    """Rule F13."""
    assert decisions.is_overdue(state, due, today) is (state is DecisionState.OPEN and due is not None and today > due)


def test_on_time_is_said_of_deliveries_with_a_due_date() -> None:
    """Rule F13."""
    assert decisions.delivered_on_time(DecisionState.DELIVERED, TODAY, TODAY) is True
    assert decisions.delivered_on_time(DecisionState.DELIVERED, TODAY, TODAY + timedelta(days=1)) is False
    assert decisions.delivered_on_time(DecisionState.DELIVERED, None, TODAY) is None
    assert decisions.delivered_on_time(DecisionState.DECLINED, TODAY, TODAY) is None
