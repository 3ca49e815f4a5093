"""Eligibility and steps, as rules: what never holds, and that everything missing is named. Rules C8, C9, C10."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.agreements.rules import Term, TermState, Warned, breach_unmet, flaws
from services.cases.conferences.rules import start_unmet
from services.cases.diversion.rules import (
    ENDED,
    REFERRAL_WAY,
    Facts,
    Hindrance,
    Purpose,
    State,
    obstacles,
    referral_way,
)
from services.cases.people.rules import age_on
from services.cases.programmes.rules import Capacity, ProgrammeRules, TermKind, read_rules
from services.cases.steps.rules import TRANSITIONS, Situation, StepReason, unmet

pytestmark = pytest.mark.pure
DAY = date(2026, 3, 15)
EXAMPLES = [read_rules(path.read_bytes())[0] for path in sorted(Path("docs/programmes").glob("*.json"))]
RULES = [rules for rules in EXAMPLES if rules is not None]
HALT, MEASURE, CONFERENCE, TREATMENT = RULES
CONSENTS = [(capacity, purpose) for capacity in Capacity for purpose in Purpose]

programmes = st.builds(
    lambda base, juvenile, ages, responsible, supervised, previous: base.model_copy(
        update={"juvenile": juvenile, "min_age": min(ages), "max_age": max(ages),
                "responsibility_accepted": responsible, "supervision_agreed": supervised,
                "previous_diversions": previous}
    ),
    st.sampled_from(RULES), st.booleans(), st.tuples(st.integers(0, 99), st.integers(0, 99)), st.booleans(),
    st.booleans(), st.integers(0, 3),
)  # fmt: skip
facts = st.builds(
    Facts,
    age=st.none() | st.integers(0, 99),
    offence=st.sampled_from(["0201", "020111", "0301", "0502", "05", "0504", "0601", "0801", "1102"]),
    domestic_violence=st.sampled_from([None, False, True]),
    gender_based_violence=st.sampled_from([None, False, True]),
    responsibility_accepted=st.booleans(),
    previous_diversions=st.none() | st.integers(0, 4),
    consents=st.frozensets(st.sampled_from(CONSENTS)),
)


def codes(rules: ProgrammeRules, known: Facts) -> set[Hindrance]:
    return {obstacle.code for obstacle in obstacles(rules, known, DAY)}


def fit(rules: ProgrammeRules, **changes: Any) -> Facts:
    """Facts under which the programme is open to somebody."""
    return replace(
        Facts(rules.min_age, rules.offences.within[-1], False, False, True, 0, frozenset(CONSENTS)), **changes
    )  # fmt: skip


@given(programmes, facts)
def test_no_combination_with_violence_is_ever_eligible(rules: ProgrammeRules, known: Facts) -> None:
    """Rule C9."""
    violent = known.domestic_violence or known.gender_based_violence or known.offence.startswith("03")
    found = obstacles(rules, known, DAY)
    if violent:
        assert found
        assert referral_way(found) == REFERRAL_WAY
    elif known.domestic_violence is None or known.gender_based_violence is None:
        assert Hindrance.VIOLENCE_NOT_ASKED in codes(rules, known)
        assert referral_way(found) == ()


@given(programmes, facts)
def test_nobody_under_12_and_in_juvenile_programmes_nobody_of_18_whatever_the_data_says(
    rules: ProgrammeRules, known: Facts
) -> None:
    """Rule C9."""
    if not obstacles(rules, known, DAY):
        assert known.age is not None
        assert known.age >= 12
        assert known.responsibility_accepted or not (rules.juvenile or rules.responsibility_accepted)
        if rules.juvenile:
            assert known.age < 18


@given(
    programmes, facts, st.sampled_from([*CONSENTS, "responsibility", "violence", "previous", "age"]), st.integers(0, 99)
)
def test_adding_what_is_missing_never_makes_less_eligible(
    rules: ProgrammeRules, known: Facts, added: Any, age: int
) -> None:
    """Rule C9."""
    before = obstacles(rules, known, DAY)
    if added == "responsibility":
        after = replace(known, responsibility_accepted=True)
    elif added == "violence":
        after = replace(known, domestic_violence=known.domestic_violence or False,
                        gender_based_violence=known.gender_based_violence or False)  # fmt: skip
    elif added == "previous":
        after = replace(known, previous_diversions=known.previous_diversions or 0)
    elif added == "age":
        after = known if known.age is not None else replace(known, age=age)
    else:
        after = replace(known, consents=known.consents | {added})
    assert len(obstacles(rules, after, DAY)) <= len(before)
    if added != "age":
        assert codes(rules, after) <= codes(rules, known)


MISSING = {
    Hindrance.AGREEMENT: (Capacity.RESPONSIBLE, Purpose.MEASURE),
    Hindrance.SUPERVISION: (Capacity.RESPONSIBLE, Purpose.SUPERVISION),
    Hindrance.GUARDIAN_CONSENT: (Capacity.GUARDIAN, Purpose.MEASURE),
    Hindrance.PROSECUTOR_CONSENT: (Capacity.PROSECUTOR, Purpose.MEASURE),
}


@pytest.mark.parametrize("missing", [set(some) for size in range(5) for some in combinations(MISSING, size)], ids=len)
def test_every_missing_item_is_named_and_nothing_else(missing: set[Hindrance]) -> None:
    """Rule C9."""
    given_ = frozenset(CONSENTS) - {MISSING[item] for item in missing}
    assert codes(MEASURE, fit(MEASURE, consents=given_)) == missing
    more = fit(MEASURE, consents=given_, responsibility_accepted=False, previous_diversions=None, age=None,
               domestic_violence=None, offence="0601")  # fmt: skip
    assert codes(MEASURE, more) == missing | {
        Hindrance.RESPONSIBILITY, Hindrance.PREVIOUS_UNKNOWN, Hindrance.AGE_UNKNOWN, Hindrance.VIOLENCE_NOT_ASKED,
        Hindrance.OFFENCE_NOT_COVERED,
    }  # fmt: skip


@pytest.mark.parametrize("rules", RULES, ids=lambda rules: rules.code)
def test_each_example_is_open_to_somebody(rules: ProgrammeRules) -> None:
    """Rule C8."""
    assert codes(rules, fit(rules)) == set()
    assert codes(rules, fit(rules, age=rules.max_age + 1)) == {Hindrance.TOO_OLD}
    assert codes(rules.model_copy(update={"valid_to": DAY}), fit(rules)) == {Hindrance.NOT_IN_FORCE}
    assert codes(rules.model_copy(update={"valid_from": DAY}), fit(rules)) == set()


@pytest.mark.parametrize(
    ("born_on", "act_on", "found"),
    [
        ("2014-03-02", "2026-03-01", {Hindrance.TOO_YOUNG}),
        ("2014-03-01", "2026-03-01", set()),
        ("2008-03-02", "2026-03-01", set()),
        ("2008-03-01", "2026-03-01", {Hindrance.TOO_OLD}),
        ("2012-02-29", "2024-02-28", {Hindrance.TOO_YOUNG}),
        ("2012-02-29", "2024-02-29", set()),
        ("2008-02-29", "2026-02-28", set()),
        ("2008-02-29", "2026-03-01", {Hindrance.TOO_OLD}),
    ],
)
def test_birthdays_and_leap_days_at_the_bounds(born_on: str, act_on: str, found: set[Hindrance]) -> None:
    """Rule C9: of 12 to under 18 years at the time of the act; born on 29 February, one turns on 1 March."""
    age = age_on(date.fromisoformat(born_on), date.fromisoformat(act_on))
    assert codes(HALT, fit(HALT, age=age)) == found


def test_guardians_are_asked_by_age_and_an_offence_known_too_roughly_is_not_covered() -> None:
    """Rules C8, C9."""
    alone = frozenset({(Capacity.RESPONSIBLE, Purpose.MEASURE)})
    assert codes(HALT, fit(HALT, age=15, consents=alone)) == {Hindrance.GUARDIAN_CONSENT}
    assert codes(HALT, fit(HALT, age=16, consents=alone)) == set()
    assert codes(HALT, fit(HALT, offence="050210")) == {Hindrance.OFFENCE_EXCLUDED}
    assert codes(HALT, fit(HALT, offence="050231")) == set()
    assert codes(HALT, fit(HALT, offence="0502")) == {Hindrance.OFFENCE_EXCLUDED}
    assert codes(HALT, fit(HALT, offence="05")) >= {Hindrance.OFFENCE_NOT_COVERED}
    assert codes(HALT, fit(HALT, previous_diversions=2)) == {Hindrance.TOO_MANY_PREVIOUS}


def term(**changes: Any) -> Term:
    number = changes.pop("number", 1)
    return replace(Term(UUID(int=number), TermKind.WORK, DAY, TermState.OPEN), **changes)


@given(
    st.lists(
        st.builds(lambda hours, state: term(hours=hours, state=state), st.integers(1, 12), st.sampled_from(TermState))
    )
)
def test_hours_agreed_never_pass_the_most(terms: list[Term]) -> None:
    """Rule C8."""
    hours = sum(item.hours or 0 for item in terms if item.state is not TermState.WAIVED)
    assert any(flaw.startswith("hours") for flaw in flaws(HALT, terms, DAY)) == (hours > 20)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(-5, 5))), st.sets(st.integers(1, 3)))
def test_a_breach_needs_a_warning_of_an_open_term_past_its_last_deadline(
    warned: list[tuple[int, int]], done: set[int]
) -> None:
    """Rule C10."""
    terms = [term(number=n, state=TermState.DONE if n in done else TermState.OPEN) for n in (1, 2, 3)]
    warnings = [Warned(term(number=n).id, DAY + timedelta(days=days)) for n, days in warned]
    deadlines = [max(days for m, days in warned if m == n) for n in {1, 2, 3} - done if any(m == n for m, _ in warned)]
    assert (breach_unmet(terms, warnings, DAY) == []) == any(days < 0 for days in deadlines)


def test_every_state_is_in_the_table_and_ends_lead_nowhere_but_a_breach_back() -> None:
    """Rule C10."""
    assert set(TRANSITIONS) == set(State)
    assert {state: TRANSITIONS[state] for state in ENDED} == {
        State.COMPLETED: (), State.RETURNED: (), State.DECLINED: (), State.BREACHED: (State.RETURNED,),
    }  # fmt: skip
    assert all(State.RETURNED in TRANSITIONS[state] for state in set(State) - ENDED)


@pytest.mark.parametrize("target", [State.OFFERED, State.AGREED, State.UNDER_WAY, State.COMPLETED])
@given(programmes, facts.filter(lambda known: known.domestic_violence or known.gender_based_violence))
def test_no_step_forward_is_open_where_there_is_violence(target: State, rules: ProgrammeRules, known: Facts) -> None:
    """Rule C9."""
    found = obstacles(rules, known, DAY)
    assert unmet(target, Situation(DAY, rules, found, [term(state=TermState.DONE)], meeting_tried=True))
    assert unmet(State.RETURNED, Situation(DAY, rules, found, reason=StepReason.VIOLENCE)) == []


def test_all_that_a_meeting_needs_is_named_at_once() -> None:
    """Rule C9a."""
    found = start_unmet(State.OFFERED, screened=False, is_safe=False, consents=[], guardian_asked=True)
    assert [item.partition(":")[0] for item in found] == ["case", "screening", "consents", "consents", "consents"]
    both = [(Capacity.VICTIM, Purpose.MEETING), (Capacity.RESPONSIBLE, Purpose.MEETING)]
    assert start_unmet(State.AGREED, screened=True, is_safe=True, consents=both, guardian_asked=False) == []
    assert start_unmet(State.AGREED, screened=True, is_safe=False, consents=both, guardian_asked=False) != []
