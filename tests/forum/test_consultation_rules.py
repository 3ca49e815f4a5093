"""Consultations: who is to be asked, who was not, what may be told. Rules F21, K8."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forum.consultations.rules import (
    PERIOD,
    WHERE_PRESENT,
    Asked,
    Group,
    asked_obstacles,
    gap_cautions,
    gaps,
    has_small_group,
    publishing_obstacle,
    shown_groups,
    shown_people,
)

pytestmark = pytest.mark.pure

TODAY = date(2026, 3, 15)
SINCE = TODAY - PERIOD
ASKED = st.lists(st.builds(Asked, st.sampled_from(Group), st.none(), st.integers(1, 500)), min_size=1, max_size=9)


def test_each_group_is_listed_once_and_known() -> None:
    """F21: everything wrong at once."""
    elders, roma = Asked(Group.ELDERS, None, 3), Asked(None, "Roma", 2)
    assert asked_obstacles([elders, roma], {"Roma"}) == []
    assert len(asked_obstacles([elders, elders], set())) == 1
    assert len(asked_obstacles([roma], {"Ashkali"})) == 1
    assert len(asked_obstacles([Asked(None, None, 1), Asked(Group.ELDERS, "Roma", 1), elders, elders], set())) == 3


def test_groups_that_nobody_asked_are_listed_with_the_minorities_of_the_area() -> None:
    """F21."""
    everybody = {(group, None): TODAY for group in Group}
    assert gaps(everybody | {(None, "Roma"): TODAY}, ["Roma"], SINCE) == []
    (gap,) = gaps(everybody, ["Roma"], SINCE)
    assert (gap.group, gap.minority_group, gap.last_on, gap.everywhere) == (None, "Roma", None, True)
    (gap,) = gaps(everybody | {(Group.ELDERS, None): SINCE - timedelta(1)}, [], SINCE)
    assert (gap.group, gap.last_on) == (Group.ELDERS, SINCE - timedelta(1))
    assert len(gaps({}, ["Roma", "Ashkali"], SINCE)) == len(Group) + 2


@given(st.dictionaries(st.tuples(st.sampled_from(Group), st.none()), st.dates(SINCE - PERIOD, TODAY)))
def test_asking_a_group_closes_its_gap_and_opens_none(asked: dict[tuple[Group | None, str | None], date]) -> None:
    """F21."""
    before = gaps(asked, [], SINCE)
    for gap in before:
        after = gaps(asked | {(gap.group, None): TODAY}, [], SINCE)
        assert after == [other for other in before if other.group is not gap.group]


def test_a_forum_is_reminded_after_a_year_of_groups_that_every_area_has() -> None:
    """F21: not of refugees where there may be none, but of each minority in the register."""
    found = gaps({}, ["Roma"], SINCE)
    assert gap_cautions(found, TODAY - PERIOD + timedelta(1), TODAY) == []
    (caution,) = gap_cautions(found, TODAY - PERIOD, TODAY)
    assert (caution.code, caution.rule) == ("groups-not-consulted", "F21")
    assert "women" in caution.text
    assert "Roma" in caution.text
    assert not any(group.value in caution.text for group in WHERE_PRESENT)
    assert gap_cautions([gap for gap in found if not gap.everywhere], TODAY - PERIOD, TODAY) == []


@given(ASKED)
def test_a_small_group_is_not_told_of_nor_left_over_by_taking_away(asked: list[Asked]) -> None:
    """F21, K8: what is shown is a function of groups of ten and more alone."""
    large = [entry for entry in asked if entry.people >= 10]
    assert shown_groups(asked) == large
    assert shown_people(asked) == (sum(entry.people for entry in large) or None)
    assert has_small_group(asked) == (len(large) < len(asked))


def test_a_summary_over_a_small_group_is_confirmed_to_give_nobody_away() -> None:
    """F21."""
    small, large = [Asked(Group.LGBTQI, None, 3)], [Asked(Group.ELDERS, None, 10)]
    assert publishing_obstacle(large, unnamed=False) is None
    assert publishing_obstacle(small + large, unnamed=False)
    assert publishing_obstacle(small + large, unnamed=True) is None
