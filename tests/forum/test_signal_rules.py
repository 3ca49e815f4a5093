"""Warning signals as pure functions over a history. Rule F17."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forum.meetings.rules import Climate
from services.forum.signals.questions import QUESTIONS, TITLES, agenda_title
from services.forum.signals.rules import (
    Group,
    Held,
    History,
    Postponed,
    Signal,
    SignalCode,
    Standing,
    attendance_fell,
    changes,
    decisions_fail,
    hostile,
    postponed_in_a_row,
    rank_fell,
    signals,
    stopped_coming,
)

pytestmark = pytest.mark.pure

LAST = datetime(2026, 3, 1, 17, tzinfo=UTC)
WOMEN, ROMA, YOUTH = Group("sex", "female"), Group("minority_group", "Roma"), Group("sector", "youth")


def held(number: int, attended: int = 20, **more: Any) -> Held:
    """The nth latest meeting."""
    fields = {"public": True, "rank": None, "climate": None, "marked": True, "counted": True} | more
    return Held(UUID(int=number), LAST - timedelta(days=30 * number), attended=attended, **fields)


def history(
    meetings: Sequence[Held] = (),
    postponed: int = 0,
    came: Mapping[Group, int] | None = None,
    open_decisions: int = 0,
    overdue: int = 0,
) -> History:
    dates = [Postponed(UUID(int=100 + n), LAST + timedelta(days=7 * (n + 1))) for n in range(postponed)]
    return History(meetings, dates, came or {}, open_decisions, overdue)


@pytest.mark.parametrize(
    ("attended", "previous", "fell"),
    [
        (13, [20, 20, 20], True),
        (14, [20, 20, 20], False),
        (0, [20, 20], False),
        (13, [20] * 6 + [1, 1, 1], True),
        (0, [0, 0, 0], False),
    ],
)
def test_rule_f17_attendance_under_70_percent_of_the_mean_of_six(
    attended: int, previous: list[int], fell: bool
) -> None:
    assert attendance_fell(attended, previous) is fell


@pytest.mark.parametrize(
    ("levels", "fell"),
    [
        ([2, 2, 4, 4, 4], True),
        ([2, 4, 4, 4, 4], False),
        ([4, 2, 4, 4, 4], False),
        ([2, 2, 4, 4], False),
        ([3, 3, 3, 4, 3, 4], False),
        ([2, 1, 1, 2, 2, 5, 5], False),
        ([], False),
    ],
)
def test_rule_f17_two_police_ranks_below_the_usual(levels: list[int], fell: bool) -> None:
    assert rank_fell(levels) is fell


@pytest.mark.parametrize(
    ("climates", "found"),
    [
        ([Climate.HOSTILE, None, Climate.HOSTILE], True),
        ([Climate.HOSTILE, None, None, Climate.HOSTILE], False),
        ([Climate.TENSE, Climate.TENSE, Climate.HOSTILE], False),
        ([], False),
    ],
)
def test_rule_f17_hostile_twice_in_three(climates: list[Climate | None], found: bool) -> None:
    assert hostile(climates) is found


@pytest.mark.parametrize(
    ("came", "told", "stopped"),
    [
        (0b111000, 0b111111, True),
        (0b111000, 0b111110, False),  # two meetings that tell say too little
        (0b111001, 0b111111, False),
        (0b011000, 0b111111, False),
        (0b111000000, 0b111111111, True),
        (0b111000000000, 0b111111111111, False),  # so long ago that it is no longer usual
        (0b1110000, 0b1111101, True),
    ],
)
def test_rule_f17_a_group_that_stopped_coming(came: int, told: int, stopped: bool) -> None:
    assert stopped_coming(came, told) is stopped


@pytest.mark.parametrize(("open_", "overdue", "fail"), [(3, 1, False), (3, 2, True), (1, 1, True), (0, 0, False)])
def test_rule_f17_more_than_a_third_overdue(open_: int, overdue: int, fail: bool) -> None:
    assert decisions_fail(open_, overdue) is fail


def test_rule_f17_each_signal_says_its_evidence() -> None:
    meetings = [
        held(0, 5, rank=2, climate=Climate.HOSTILE),
        held(1, rank=3),
        held(2, climate=Climate.HOSTILE),
        *(held(number, rank=5) for number in range(3, 8)),
    ]
    found = signals(history(meetings, postponed=2, came={WOMEN: 0b11111000, YOUTH: 0b1}, open_decisions=2, overdue=1))
    first, second, third = ({"meeting_id": str(UUID(int=n)), "held_on": day}
                            for n, day in enumerate(("2026-03-01", "2026-01-30", "2025-12-31")))  # fmt: skip
    assert {code: signal.evidence for code, signal in found.items()} == {
        SignalCode.ATTENDANCE_FELL: {"meetings": [first | {"attended": 5, "usual": 20.0, "public": True}]},
        SignalCode.POSTPONED_TWICE: {
            "postponed": [
                {"meeting_id": str(UUID(int=100)), "was_planned_for": "2026-03-08"},
                {"meeting_id": str(UUID(int=101)), "was_planned_for": "2026-03-15"},
            ]
        },
        SignalCode.POLICE_RANK_FELL: {"usual_level": 5, "meetings": [first | {"level": 2}, second | {"level": 3}]},
        SignalCode.HOSTILE_CLIMATE: {"meetings": [first, third]},
        SignalCode.DECISIONS_OVERDUE: {"open": 2, "overdue": 1},
    }


def test_rule_f17_open_meetings_are_compared_with_open_ones() -> None:
    many, few = [held(n, 60) for n in (1, 3, 5, 7)], [held(n, 8, public=False) for n in (2, 4, 6)]
    mixed = sorted(many + few, key=lambda meeting: meeting.held_at, reverse=True)
    assert signals(history([held(0, 8, public=False), *mixed])) == {}
    (signal,) = signals(history([held(0, 40), *mixed])).values()
    assert signal.evidence["meetings"][0]["usual"] == 60.0


def test_rule_f17_who_cannot_come_to_a_closed_meeting_has_not_stopped() -> None:
    closed = [held(n, public=False) for n in range(3)]
    before = [held(n) for n in range(3, 9)]
    assert signals(history([*closed, *before], came={ROMA: 0b111111000})) == {}
    (signal,) = signals(history([*closed, *before], came={YOUTH: 0b111111000})).values()
    assert signal.evidence == {
        "groups": [{"kind": "sector", "group": "youth", "last_came_on": held(3).held_at.date().isoformat()}]
    }


def test_rule_f17_a_kind_that_nobody_noted_tells_nothing() -> None:
    meetings = [held(n) for n in range(6)]
    men = {Group("sex", "male"): 0b000111}
    assert signals(history(meetings, came={WOMEN: 0b111000})) == {}
    assert set(signals(history(meetings, came={WOMEN: 0b111000} | men))) == {SignalCode.GROUP_STOPPED_COMING}
    assert set(signals(history(meetings, came={ROMA: 0b111000}))) == {SignalCode.GROUP_STOPPED_COMING}


def test_every_signal_has_a_title_and_questions() -> None:
    assert set(QUESTIONS) == set(TITLES) == set(SignalCode)
    for code in SignalCode:
        assert agenda_title(code).startswith(TITLES[code])
        assert agenda_title(code).endswith("?")


MEETINGS = st.lists(
    st.tuples(
        st.integers(0, 60), st.none() | st.integers(1, 6), st.none() | st.sampled_from(Climate), st.booleans(),
        st.booleans(), st.booleans(),
    ),
    max_size=12,
).map(lambda rows: [held(n, row[0], rank=row[1], climate=row[2], public=row[3], marked=row[4], counted=row[5])
                    for n, row in enumerate(rows)])  # fmt: skip
CAME = st.dictionaries(
    st.builds(Group, st.sampled_from(["sector", "sex", "age_band", "minority_group"]), st.sampled_from("abc")),
    st.integers(0, 2**12 - 1),
    max_size=6,
)
DECISIONS = st.integers(0, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
HISTORIES = st.builds(
    lambda meetings, postponed, came, counts: history(
        meetings, postponed, {group: bits & (1 << len(meetings)) - 1 for group, bits in came.items()}, *counts
    ),
    MEETINGS, st.integers(0, 4), CAME, DECISIONS,
)  # fmt: skip


@given(HISTORIES, st.integers(0, 60))
def test_rule_f17_fewer_people_at_the_last_meeting_never_clear(past: History, fewer: int) -> None:
    if past.held:
        last = past.held[0]
        worse = past._replace(held=[last._replace(attended=max(0, last.attended - fewer)), *past.held[1:]])
        assert set(signals(past)) <= set(signals(worse))


@given(HISTORIES)
def test_rule_f17_one_postponement_more_never_clears(past: History) -> None:
    worse = history([], len(past.postponed) + 1).postponed
    assert set(signals(past)) <= set(signals(past._replace(postponed=worse)))


@given(HISTORIES, st.integers(0, 2))
def test_rule_f17_one_more_hostile_meeting_never_clears(past: History, number: int) -> None:
    if number < len(past.held):
        meetings = list(past.held)
        meetings[number] = meetings[number]._replace(climate=Climate.HOSTILE)
        assert set(signals(past)) <= set(signals(past._replace(held=meetings)))


@given(HISTORIES, st.integers(0, 1))
def test_rule_f17_a_lower_rank_at_the_last_two_never_clears(past: History, number: int) -> None:
    ranked = [n for n, meeting in enumerate(past.held) if meeting.rank is not None]
    if number < len(ranked):
        meetings = list(past.held)
        meetings[ranked[number]] = meetings[ranked[number]]._replace(rank=1)
        assert set(signals(past)) <= set(signals(past._replace(held=meetings)))


@given(HISTORIES)
def test_rule_f17_one_decision_more_overdue_never_clears(past: History) -> None:
    worse = past._replace(overdue_decisions=min(past.open_decisions, past.overdue_decisions + 1))
    assert set(signals(past)) <= set(signals(worse))


@given(st.integers(0, 2**12 - 1), st.integers(0, 2**12 - 1), st.integers(0, 11))
def test_rule_f17_a_group_that_stays_away_once_more_never_clears(came: int, told: int, number: int) -> None:
    told |= came
    recent = [n for n in range(12) if told >> n & 1][:3]
    if number in recent and stopped_coming(came, told):
        assert stopped_coming(came & ~(1 << number), told)
    if recent:
        assert not stopped_coming(came | 1 << recent[0], told)  # once there again, it has not stopped


@given(HISTORIES)
def test_rule_f17_all_well_clears_everything(past: History) -> None:
    """Meetings as full, calm and high-ranking as the best of them, everyone there, and nothing overdue."""
    best = max((meeting.attended for meeting in past.held), default=0)
    well = [
        meeting._replace(attended=best, rank=6, climate=Climate.CALM, marked=True, counted=True)
        for meeting in past.held
    ]
    everyone = dict.fromkeys(past.came, (1 << len(well)) - 1)
    assert signals(History(well, [], everyone, past.open_decisions, 0)) == {}


@given(HISTORIES, st.randoms(use_true_random=False))
def test_rule_f17_order_says_nothing_where_it_should_not(past: History, random: Any) -> None:
    postponed, groups = list(past.postponed), list(past.came.items())
    random.shuffle(postponed)
    random.shuffle(groups)
    assert signals(past._replace(postponed=postponed, came=dict(groups))) == signals(past)
    if postponed_in_a_row(len(postponed)):
        assert SignalCode.POSTPONED_TWICE in signals(past)


@given(st.dictionaries(st.uuids(), HISTORIES, max_size=4), st.dictionaries(st.uuids(), HISTORIES, max_size=4))
def test_what_is_stored_becomes_what_is_found_and_then_nothing_changes(
    before: dict[UUID, History], after: dict[UUID, History]
) -> None:
    forums = set(before) | set(after)
    first = {forum: signals(before.get(forum, history())) for forum in forums}
    second = {forum: signals(after.get(forum, history())) for forum in forums}
    stored = {
        forum: {code: Standing(forum, UUID(int=n), signal.evidence) for n, (code, signal) in enumerate(found.items())}
        for forum, found in first.items()
    }
    change = changes(second, stored)
    assert change.forums() == sorted(forum for forum in forums if first[forum] != second[forum])
    for standing in change.cleared:
        code = next(code for code, each in stored[standing.forum_id].items() if each is standing)
        del stored[standing.forum_id][code]
    for standing, evidence in change.mended:
        code = next(code for code, each in stored[standing.forum_id].items() if each is standing)
        stored[standing.forum_id][code] = standing._replace(evidence=evidence)
    for forum, signal in change.raised:
        stored[forum][signal.code] = Standing(forum, UUID(int=99), signal.evidence)
    as_found = {
        forum: {code: Signal(code, each.evidence) for code, each in signals_of.items()}
        for forum, signals_of in stored.items()
    }
    assert as_found == second
    assert changes(second, stored) == ([], [], [])
