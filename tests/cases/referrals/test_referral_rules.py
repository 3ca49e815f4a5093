"""States of referrals, and what sending one needs. Rule C12."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.consents.rules import AGE_RULES, DEFAULT, AgeBand, Giver, givers, unmet_consents
from services.cases.partners.rules import DataCategory
from services.cases.referrals import rules
from services.cases.referrals.rules import ENDED, SENT, SHARING, Basis, Ending, Outcome, Reason, Side, State
from tests.cases.partners.test_partner_rules import SIGNED, Signed

pytestmark = pytest.mark.pure

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@dataclass
class Agreed:
    giver: Giver
    number: int = 1
    purpose: str = "shelter"
    recipient: str = "safe-house"
    categories: tuple[str, ...] = ("identity", "needs")
    given_on: date = date(2026, 3, 1)
    until: date = date(2026, 8, 31)
    withdrawn_at: datetime | None = None


SENDING = rules.Sending("safe-house", "shelter", "XK.PRI", ["identity", "needs"], AgeBand.TO_15, Basis.CONSENT)
BOTH = [Agreed(Giver.PERSON), Agreed(Giver.GUARDIAN)]


def test_what_has_ended_stays() -> None:
    assert SENT | ENDED | {State.DRAFT} == set(State)
    for side, ended, target in product(Side, ENDED, State):
        assert not rules.may_step(side, ended, target)


def test_each_side_has_its_own_steps() -> None:
    """Rule C12: no step is two sides', so that who moved it is never in doubt; everything can be reached."""
    steps = [(origin, target) for side in Side for origin, targets in rules.STEPS[side].items() for target in targets]
    assert len(steps) == len(set(steps))
    assert {target for _, target in steps} == set(State) - {State.DRAFT}
    assert not any(
        rules.may_step(side, State.DRAFT, target) for side in (Side.RECIPIENT, Side.CLOCK) for target in State
    )
    assert all(rules.may_step(Side.REFERRER, state, State.CANCELLED) for state in SENT | {State.DRAFT})
    assert all(origin in SHARING for origin, target in steps if target is State.COMPLETED)


@pytest.mark.parametrize(
    ("age", "country", "needed"),
    [
        ("0-11", "XK", [Giver.GUARDIAN]),
        ("12-13", "XK", [Giver.PERSON, Giver.GUARDIAN]),
        ("16-17", "XK", [Giver.PERSON, Giver.GUARDIAN]),
        ("16-17", "NL", [Giver.PERSON]),
        ("18-24", "XK", [Giver.PERSON]),
    ],
)
def test_whose_consent_is_needed_is_data(age: str, country: str, needed: list[Giver]) -> None:
    assert givers(AgeBand(age), country) == needed


def test_no_band_straddles_an_age_of_a_rule() -> None:
    begins = {band.youngest for band in AgeBand}
    for rule in (*AGE_RULES.values(), DEFAULT):
        assert {rule.beside_from, rule.alone_from} <= begins


def test_a_consent_covers_its_purpose_recipient_categories_and_days() -> None:
    def unmet(consents: list[Agreed], now: datetime = NOW) -> list[str]:
        return unmet_consents(consents, [Giver.PERSON, Giver.GUARDIAN], purpose="shelter", recipient="safe-house",
                              categories=["identity", "needs"], now=now)  # fmt: skip

    person, guardian = BOTH
    assert unmet(BOTH) == []
    assert unmet([guardian]) == ["consent: the person has not agreed"]
    assert unmet([person, replace(guardian, withdrawn_at=NOW)]) == ["consent: the guardian withdrew it"]
    assert len(unmet(BOTH, datetime(2026, 9, 1, tzinfo=UTC))) == 2
    wrong = replace(guardian, purpose="housing", recipient="others", categories=("needs",))
    assert unmet([person, wrong]) == [
        "consent: the guardian agreed to another recipient",
        "consent: the guardian agreed to another purpose",
        "consent: the guardian did not agree to identity",
    ]
    assert unmet([person, guardian, replace(guardian, number=2, withdrawn_at=NOW)]) != []
    assert unmet([person, replace(guardian, withdrawn_at=NOW), replace(guardian, number=2)]) == []


def test_a_referral_stands_as_long_as_both_last() -> None:
    stands = rules.footing(SENDING, [SIGNED], BOTH, NOW)
    assert (stands.unmet, stands.until) == ([], datetime(2026, 9, 1, tzinfo=UTC))
    duty = replace(SENDING, basis=Basis.LEGAL_DUTY)
    assert rules.footing(duty, [SIGNED], [], NOW).until == datetime(2027, 1, 1, tzinfo=UTC)
    nothing = rules.footing(SENDING, [], [], NOW)
    assert (len(nothing.memorandum), len(nothing.consent), nothing.until) == (1, 2, None)


@given(st.dates(date(2026, 1, 1), date(2027, 6, 1)), st.dates(date(2026, 1, 1), date(2027, 6, 1)))
def test_what_stands_ends_at_the_moment_it_says(memorandum_until: date, consent_until: date) -> None:
    """Rule C12: just before `until` nothing is lacking, at `until` something is."""
    memoranda: list[Signed] = [replace(SIGNED, ends_on=memorandum_until)]
    consents = [replace(consent, until=consent_until) for consent in BOTH]
    stands = rules.footing(SENDING, memoranda, consents, NOW)
    assert bool(stands.unmet) == (min(memorandum_until, consent_until) < NOW.date())
    if stands.until is not None:
        before = stands.until - timedelta(microseconds=1)
        assert rules.footing(SENDING, memoranda, consents, before).unmet == []
        assert rules.footing(SENDING, memoranda, consents, stands.until).unmet != []


def test_why_it_ends_by_itself() -> None:
    stands, later = rules.footing(SENDING, [SIGNED], BOTH, NOW), NOW + timedelta(days=1)
    assert rules.ending_of(State.REQUESTED, later, stands, NOW) is None
    assert rules.ending_of(State.REQUESTED, NOW, stands, NOW) is Ending.UNANSWERED
    assert rules.ending_of(State.ACCEPTED, NOW, stands, NOW) is None
    lacking = rules.footing(SENDING, [SIGNED], [], NOW)
    assert rules.ending_of(State.ACCEPTED, NOW, lacking, NOW) is Ending.CONSENT_ENDED
    assert rules.ending_of(State.ACCEPTED, NOW, rules.footing(SENDING, [], [], NOW), NOW) is Ending.MEMORANDUM_ENDED


def test_an_answer_says_why_not_and_what_came_of_it() -> None:
    assert rules.answer_flaws(State.ACCEPTED, None, None) == []
    assert rules.answer_flaws(State.REJECTED, None, None) == ["reason: say why"]
    assert rules.answer_flaws(State.REJECTED, Reason.SAFETY, None) == []
    assert rules.answer_flaws(State.COMPLETED, None, None) == ["outcome: with completed, and only then"]
    assert rules.answer_flaws(State.COMPLETED, None, Outcome.PARTLY) == []
    assert len(rules.answer_flaws(State.ACCEPTED, Reason.OTHER, Outcome.PARTLY)) == 2


def test_of_the_area_the_recipient_is_told_the_municipality() -> None:
    assert [rules.area_told(area) for area in ("XK", "XK.PRI", "XK.PRI.DARDANIA")] == ["XK", "XK.PRI", "XK.PRI"]


def test_only_what_is_sent_is_shared() -> None:
    for category in DataCategory:
        assert set(rules.shared_fields([category])) - {"victim_contact"} == {category}
    assert "victim_contact" in rules.shared_fields(["contact"])
