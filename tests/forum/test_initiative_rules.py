"""Community initiatives: what a watch scheme needs, their life, what is shown. Rules F18, K8."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.contracts.actor import Actor, Grant, Role
from services.forum.initiatives import rules
from services.forum.initiatives.rules import InitiativeKind, InitiativeState, Outcome

pytestmark = pytest.mark.pure

DAY = date(2026, 3, 15)


@pytest.mark.parametrize("kind", InitiativeKind)
def test_a_watch_scheme_is_told_all_that_it_lacks_at_once(kind: InitiativeKind) -> None:
    """F18: one line for each of written rules, a reporting-only role, a supervisor; other kinds need none."""
    for has_rules, reports_only, has_supervisor in product((False, True), repeat=3):
        found = rules.watch_obstacles(
            kind, written_rules=has_rules, reporting_only=reports_only, supervisor=has_supervisor
        )
        lacking = 3 - (has_rules + reports_only + has_supervisor)
        assert len(found) == (lacking if kind in rules.WATCH_SCHEMES else 0)


def test_the_kinds_of_box_7_are_watch_schemes() -> None:
    """F18."""
    assert {kind.value for kind in InitiativeKind} - {kind.value for kind in rules.WATCH_SCHEMES} == {
        "open_day", "school_programme", "road_safety", "intercultural", "awareness_campaign", "safe_house_network",
    }  # fmt: skip


def test_an_initiative_is_proposed_runs_pauses_and_ends() -> None:
    """F18."""
    allowed = {step: {s.value for s in InitiativeState if rules.step_obstacle(s, step) is None} for step in rules.STEPS}
    assert allowed == {
        "changed": {"proposed", "running", "paused"},
        "started": {"proposed", "paused"},
        "paused": {"running"},
        "ended": {"proposed", "running", "paused"},
        "reported on": {"running", "paused", "ended"},
    }


def test_what_never_ran_is_dropped_and_nothing_else_is() -> None:
    """F18."""
    for state, outcome in product(InitiativeState, Outcome):
        unmet = rules.ending_obstacles(state, outcome, None, DAY)
        fits = (state is InitiativeState.PROPOSED) == (outcome is Outcome.DROPPED)
        assert (unmet == []) == fits
    assert len(rules.ending_obstacles(InitiativeState.RUNNING, Outcome.DROPPED, DAY, date(2026, 3, 14))) == 2


def test_what_lies_ahead_is_not_recorded() -> None:
    """F18."""
    assert rules.day_obstacle(DAY, DAY) is None
    assert rules.day_obstacle(date(2026, 3, 16), DAY)


@pytest.mark.parametrize("kind", InitiativeKind)
def test_a_safe_house_network_is_closed_by_default(kind: InitiativeKind) -> None:
    """F18."""
    ordinary = kind is not InitiativeKind.SAFE_HOUSE_NETWORK
    assert rules.public_by_default(kind) is rules.shows_workings(kind) is ordinary


@pytest.mark.parametrize("role", Role)
def test_safe_places_are_for_who_keeps_the_list_and_the_police(role: Role) -> None:
    """F18: not for members of the forum, not for advisors; and in no other area."""
    allowed = role in {Role.ADMIN, Role.COUNCIL, Role.OFFICER, Role.SUPERVISOR}
    assert rules.may_see_places(Actor(grants=(Grant(role=role, area="XK.PRI"),)), "XK.PRI.DARDANIA") is allowed
    assert not rules.may_see_places(Actor(grants=(Grant(role=role, area="XK.PEC"),)), "XK.PRI")


@given(st.integers(0, 10**9))
def test_a_small_count_of_people_is_not_public(people: int) -> None:
    """K8: 1 to 9 are withheld; nobody and ten or more are shown as they are."""
    shown = rules.shown_count(people)
    assert shown == (None if 1 <= people <= 9 else people)


@given(st.lists(st.integers(0, 50)), st.integers(1, 9))
def test_the_total_gives_no_small_count_away(counts: list[int], small: int) -> None:
    """K8: one small report more, and nothing that is shown differs but that there is a report."""

    def shown(all_counts: list[int]) -> int | None:
        return rules.shown_total(sum(all_counts), sum(rules.shown_count(count) or 0 for count in all_counts))

    assert shown(counts) in {sum(count for count in counts if count > 9), None}
    assert shown([*counts, small]) == (shown(counts) or None)
    assert shown([0, 0]) == shown([]) == 0
