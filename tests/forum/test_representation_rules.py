"""Shares against the population, exact tests, and what may be said publicly. Rules F5, K8."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from beatbook.contracts.actor import PUBLIC, Actor, Grant, Role
from services.forum.forums.rules import ForumKind
from services.forum.members.rules import Sector
from services.forum.representation.rules import (
    ABSENT,
    ANY_GROUP,
    SPREAD,
    YOUTH,
    Comparison,
    Dimension,
    Fewer,
    People,
    Population,
    absence_cautions,
    all_minorities,
    binomial_p,
    clopper_pearson,
    compare,
    day_of_quarter,
    groups_absent,
    public_answer,
    sectors_absent,
    tables,
    withheld_under,
)
from services.forum.representation.wording import sentence

pytestmark = pytest.mark.pure

COUNCIL = ForumKind.COMMUNITY_SAFETY_COUNCIL
TOWN = Population(
    [("female", "18-29", 150), ("male", "18-29", 150), ("female", "30-59", 250), ("male", "30-59", 250),
     ("female", "0-11", 100), ("male", "0-11", 100)],
    {"Roma": 0.05, "Turkish": 0.02},
)  # fmt: skip
people = st.lists(st.builds(
    People,
    st.sampled_from(["female", "male", "other", None]),
    st.sampled_from(["12-17", "18-29", "30-59", "60+", None]),
    st.sampled_from(["Roma", " roma ", "Gorani", None]),
    st.integers(1, 30),
))  # fmt: skip


@pytest.mark.parametrize(
    ("count", "trials", "share", "p_value", "low", "high"),
    [
        (682, 925, 0.75, 0.3825, 0.7076683, 0.7654066),  # Conover 1971, in the documentation of R's binom.test
        (3, 12, 0.5, 0.1460, 0.0548606, 0.5718585),
        (0, 10, 0.5, 0.001953, 0.0, 0.3084971),
        (10, 10, 0.5, 0.001953, 0.6915029, 1.0),
        (0, 4, 0.0, 1.0, 0.0, 0.6023646),
    ],
)
def test_the_exact_test_gives_published_values(
    count: int, trials: int, share: float, p_value: float, low: float, high: float
) -> None:  # fmt: skip
    """Rule F5."""
    assert binomial_p(count, trials, share) == pytest.approx(p_value, abs=5e-5)
    assert clopper_pearson(count, trials) == (pytest.approx(low, abs=5e-7), pytest.approx(high, abs=5e-7))


def test_many_seats_are_no_trouble() -> None:
    """Rule F5."""
    assert binomial_p(3000, 6000, 0.5) == pytest.approx(1)
    assert binomial_p(2900, 6000, 0.5) == pytest.approx(binomtest(2900, 6000, 0.5).pvalue)


@given(st.integers(1, 60), st.data())
def test_the_exact_test_agrees_with_another(trials: int, data: st.DataObject) -> None:
    """Rule F5: SciPy's own test, which is too heavy to import at work."""
    count = data.draw(st.integers(0, trials))
    share = data.draw(st.floats(0.01, 0.99))
    other = binomtest(count, trials, share)
    assert binomial_p(count, trials, share) == pytest.approx(other.pvalue, abs=1e-9)
    interval = other.proportion_ci(0.95, "exact")
    assert clopper_pearson(count, trials) == (pytest.approx(interval.low), pytest.approx(interval.high))


@given(people)
def test_counts_and_unknowns_add_up(sample: list[People]) -> None:
    """Rule F5: nobody is lost, and nobody unknown is taken for anything."""
    everyone = sum(entry.count for entry in sample)
    found = {(item.dimension, item.category): item for item in compare(sample, TOWN, COUNCIL, tested=True)}
    women, men = found[Dimension.SEX, "female"], found[Dimension.SEX, "male"]
    assert women.known + women.unknown == everyone
    assert women.count + men.count <= women.known
    assert (women.expected_share, men.expected_share) == (0.5, 0.5)
    assert found[Dimension.YOUTH, YOUTH].expected_share == 0.375
    named = {name for name in (entry.minority_group for entry in sample) if name}
    assert (found[Dimension.MINORITY, "Roma"].count > 0) is bool(named & {"Roma", " roma "})
    for table in tables(sample).values():
        assert sum(table.values()) == everyone
    together = all_minorities(sample, TOWN, tested=True)
    assert together.count == everyone - found[Dimension.MINORITY, "Roma"].unknown
    for item in found.values():
        assert (item.share is None) is (item.known == 0)
        assert item.p_value is None or 0 <= item.p_value <= 1
        assert sentence(item, "seats").endswith(".")


@given(people, st.sampled_from([ForumKind.WOMEN_ONLY, ForumKind.YOUTH]))
def test_a_forum_is_not_compared_by_what_it_is_for(sample: list[People], kind: ForumKind) -> None:
    """Rule F5."""
    dimensions = {item.dimension for item in compare(sample, TOWN, kind, tested=True)}
    assert (Dimension.SEX in dimensions) is (kind is not ForumKind.WOMEN_ONLY)
    assert (Dimension.YOUTH in dimensions) is (kind is not ForumKind.YOUTH)


SENTENCES = [
    (Comparison(Dimension.SEX, "female", 3, 12, 0, 0.5, True),
     "3 of 12 seats are held by women; 6 would be expected; a gap this large could be chance."),
    (Comparison(Dimension.SEX, "female", 0, 12, 3, 0.5, True),
     "0 of 12 seats are held by women; 6 would be expected; a gap this large is hardly chance; of 3 more it is not "
     "known."),
    (Comparison(Dimension.SEX, "male", 6, 12, 0, 0.5, True), "6 of 12 seats are held by men; 6 would be expected."),
    (Comparison(Dimension.YOUTH, YOUTH, 1, 8, 0, None, True),
     "1 of 8 seats is held by people of 18 to 29; the register does not hold how many live there."),
    (Comparison(Dimension.MINORITY, "Roma", 1, 12, 11, 0.05, True),
     "At least 1 of 12 seats is held by people who say they belong to Roma; 0.6 would be expected; a gap this large "
     "could be chance; of 11 of them it is not known."),
    (Comparison(Dimension.MINORITY, "Roma", 0, 8, 8, 0.14, True),
     "None of 8 seats is known to be held by people who say they belong to Roma; 1.1 would be expected; a gap this "
     "large could be chance; of 8 of them it is not known."),
    (Comparison(Dimension.SEX, "female", 0, 0, 4, 0.5, True),
     "Of none of the seats it is known whether they are held by women."),
]  # fmt: skip


@pytest.mark.parametrize(("comparison", "words"), SENTENCES)
def test_a_comparison_is_said_in_plain_words(comparison: Comparison, words: str) -> None:
    """Rule F5."""
    assert sentence(comparison, "seats") == words


def test_attendance_is_not_tested_as_if_each_came_once() -> None:
    """Rule F5."""
    (women, *_) = compare(
        [People("female", None, None, 3), People("male", None, None, 30)], TOWN, COUNCIL, tested=False
    )
    assert (women.p_value, women.interval) == (None, None)
    assert sentence(women, "attendances") == "3 of 33 attendances are by women; 16.5 would be expected."


@given(st.integers(0, 60), st.floats(0, 1), st.sampled_from([5, 10]))
def test_a_public_answer_is_decided_without_the_count_and_leaves_several(
    known: int, expected: float, under: int
) -> None:  # fmt: skip
    """Rule K8."""
    answers = [
        public_answer(Comparison(Dimension.SEX, "female", count, known, 0, expected, True), under)
        for count in range(known + 1)
    ]
    if Fewer.CANNOT_SAY in answers:
        assert set(answers) == {Fewer.CANNOT_SAY}
        return
    assert known >= under
    assert [a for a, b in pairwise(answers) if a != b] in ([Fewer.YES], [])
    assert answers[1:known].count(Fewer.YES) >= SPREAD
    assert answers[1:known].count(Fewer.NO) >= SPREAD


def test_of_minorities_nothing_is_answered_without_counts() -> None:
    """Rule K8."""
    assert public_answer(Comparison(Dimension.MINORITY, ANY_GROUP, 5, 100, 0, 0.5, True), 10) is Fewer.CANNOT_SAY


def test_who_is_not_inside_sees_a_day_of_the_quarter_and_no_small_count() -> None:
    """Rule K8."""
    assert [day_of_quarter(date(2026, month, 15)).month for month in range(1, 13)] == [1] * 3 + [4] * 3 + [7] * 3 + [
        10
    ] * 3
    core = Actor(subject="c", grants=(Grant(role=Role.CORE_GROUP, area="XK"),))
    assert (withheld_under(core, "XK.PRI"), withheld_under(core, "AL"), withheld_under(PUBLIC, "XK")) == (5, 10, 10)


def test_who_is_absent() -> None:
    """Rule F5: a group written otherwise is the same; an advisory's code does not name it."""
    seated = [People("female", "30-59", "ROMA ", 1), People("male", None, None, 1)]
    assert groups_absent(seated, TOWN) == ["Turkish"]
    (caution,) = absence_cautions(["Turkish"], 1)
    assert caution.code.startswith(ABSENT)
    assert "urkish" not in caution.code
    assert len(sectors_absent([Sector.POLICE, Sector.NGO, Sector.NGO])) == len(Sector) - 2
