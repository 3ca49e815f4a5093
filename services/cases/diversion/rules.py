"""Who can be diverted, and everything that stands in the way; the states of a case. Pure.

Rules C9, C10. Source: GP box 6; GP ch. 4, the use of discretion.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.cases.programmes.rules import ADULT, YOUNGEST, Capacity, ProgrammeRules, asks_consent, is_in_force


class State(StrEnum):
    """Where a case stands. Rule C10."""

    REFERRED = "referred"
    ASSESSED = "assessed"
    OFFERED = "offered"
    AGREED = "agreed"
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    BREACHED = "breached"
    RETURNED = "returned"
    """To who referred it, or to who decides instead."""
    DECLINED = "declined"
    """By who was offered it."""


ENDED = frozenset({State.COMPLETED, State.BREACHED, State.RETURNED, State.DECLINED})
ASSESSABLE = frozenset({State.REFERRED, State.ASSESSED})
"""Where the assessment, and with it the version of the rules, can still change. Rule C8."""


class Referrer(StrEnum):
    """Who sent the case."""

    POLICE = "police"
    PROSECUTOR = "prosecutor"
    COURT = "court"
    SCHOOL = "school"
    SOCIAL_SERVICES = "social_services"
    OTHER = "other"


class Purpose(StrEnum):
    """What somebody consents to."""

    MEASURE = "measure"
    """The caution, agreement, course or treatment itself."""
    SUPERVISION = "supervision"
    MEETING = "meeting"
    """To meet the other side (Rule C9a)."""


class Form(StrEnum):
    """How a consent was given."""

    WRITTEN = "written"
    ORAL_WITNESSED = "oral_witnessed"


Consent = tuple[Capacity, Purpose]

SEXUAL_VIOLENCE = "03"
"""ICCS section 3, injurious acts of a sexual nature: gender-based violence whatever else was ticked."""


@dataclass(frozen=True)
class Facts:
    """What eligibility is decided on. None: not known, or not asked yet. `age`: whole years at the time of the act."""

    age: int | None
    offence: str
    domestic_violence: bool | None
    gender_based_violence: bool | None
    responsibility_accepted: bool
    previous_diversions: int | None
    consents: frozenset[Consent]


class Hindrance(StrEnum):
    """What can stand in the way."""

    DOMESTIC_VIOLENCE = "domestic_violence"
    GENDER_BASED_VIOLENCE = "gender_based_violence"
    VIOLENCE_NOT_ASKED = "violence_not_asked"
    NOT_IN_FORCE = "not_in_force"
    AGE_UNKNOWN = "age_unknown"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    OFFENCE_EXCLUDED = "offence_excluded"
    OFFENCE_NOT_COVERED = "offence_not_covered"
    PREVIOUS_UNKNOWN = "previous_unknown"
    TOO_MANY_PREVIOUS = "too_many_previous"
    RESPONSIBILITY = "responsibility"
    AGREEMENT = "agreement"
    SUPERVISION = "supervision"
    GUARDIAN_CONSENT = "guardian_consent"
    VICTIM_CONSENT = "victim_consent"
    PROSECUTOR_CONSENT = "prosecutor_consent"


VIOLENCE = frozenset({Hindrance.DOMESTIC_VIOLENCE, Hindrance.GENDER_BASED_VIOLENCE})
TO_BE_AGREED = frozenset(
    {
        Hindrance.AGREEMENT, Hindrance.SUPERVISION, Hindrance.GUARDIAN_CONSENT, Hindrance.VICTIM_CONSENT,
        Hindrance.PROSECUTOR_CONSENT,
    }
)  # fmt: skip
"""What an offer asks for: it can be made without, and not be agreed without."""
REFERRAL_WAY = (
    "Offer no caution, mediation, meeting or other diversion, and do not ask the victim for consent to one.",
    "See to the victim's safety first, and assess the risk.",
    "Refer the victim, with their consent, to a support agency for such violence: POST /v1/referrals.",
    "Hand the case to the prosecutor; end it here as returned, with the reason violence.",
)
"""What is done instead of diversion. Rule C9. Source: GP ch. 3, diversion; ch. 4, the use of discretion."""


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands in the way, and what to do about it."""

    code: Hindrance
    text: str


def obstacles(rules: ProgrammeRules, facts: Facts, day: date) -> list[Obstacle]:
    """Everything that stands in the way of a programme on a day; empty for who is eligible.

    Rule C9. Domestic and gender-based violence are never disposed of by discretion. Juvenile programmes are for those
    of 12 to under 18 years at the time of the act, whatever the data says.
    """
    found = _violence(facts)
    if not is_in_force(rules, day):
        found[Hindrance.NOT_IN_FORCE] = "these rules are not in force today"
    found |= _age(rules, facts) | _offence(rules, facts) | _previous(rules, facts)
    if (rules.responsibility_accepted or rules.juvenile) and not facts.responsibility_accepted:
        found[Hindrance.RESPONSIBILITY] = "responsibility for the act has to be accepted"
    found |= _consents(rules, facts)
    return [Obstacle(code, text) for code, text in found.items()]


def _violence(facts: Facts) -> dict[Hindrance, str]:
    found = {}
    if facts.domestic_violence:
        found[Hindrance.DOMESTIC_VIOLENCE] = "domestic violence is never diverted"
    if facts.gender_based_violence or facts.offence.startswith(SEXUAL_VIOLENCE):
        found[Hindrance.GENDER_BASED_VIOLENCE] = "gender-based violence is never diverted"
    if facts.domestic_violence is None or facts.gender_based_violence is None:
        found[Hindrance.VIOLENCE_NOT_ASKED] = "say whether domestic or gender-based violence is involved"
    return found


def _age(rules: ProgrammeRules, facts: Facts) -> dict[Hindrance, str]:
    youngest = max(rules.min_age, YOUNGEST)
    oldest = min(rules.max_age, ADULT - 1) if rules.juvenile else rules.max_age
    if facts.age is None:
        return {Hindrance.AGE_UNKNOWN: "write down the date of birth of who is responsible"}
    if facts.age < youngest:
        return {Hindrance.TOO_YOUNG: f"for those of {youngest} years and more at the time of the act"}
    if facts.age > oldest:
        return {Hindrance.TOO_OLD: f"for those of under {oldest + 1} years at the time of the act"}
    return {}


def _offence(rules: ProgrammeRules, facts: Facts) -> dict[Hindrance, str]:
    if not facts.offence.startswith(tuple(rules.offences.within)):
        return {Hindrance.OFFENCE_NOT_COVERED: "the offence is not of the classes covered"}
    # an offence known only by a wider class may be one of those taken out
    if any(facts.offence.startswith(out) or out.startswith(facts.offence) for out in rules.offences.out):
        return {Hindrance.OFFENCE_EXCLUDED: "the offence is of a class taken out, or not known closely enough to tell"}
    return {}


def _previous(rules: ProgrammeRules, facts: Facts) -> dict[Hindrance, str]:
    if facts.previous_diversions is None:
        return {Hindrance.PREVIOUS_UNKNOWN: "say how many diversions there were before"}
    if facts.previous_diversions > rules.previous_diversions:
        return {Hindrance.TOO_MANY_PREVIOUS: f"{rules.previous_diversions} earlier diversions are allowed at most"}
    return {}


_ASKED = {
    Capacity.GUARDIAN: (Hindrance.GUARDIAN_CONSENT, "the guardian has to consent"),
    Capacity.VICTIM: (Hindrance.VICTIM_CONSENT, "the victim has to consent"),
    Capacity.PROSECUTOR: (Hindrance.PROSECUTOR_CONSENT, "the prosecutor has to consent"),
}


def _consents(rules: ProgrammeRules, facts: Facts) -> dict[Hindrance, str]:
    found = {}
    if (Capacity.RESPONSIBLE, Purpose.MEASURE) not in facts.consents:
        found[Hindrance.AGREEMENT] = "who is responsible has to agree to it"
    if rules.supervision_agreed and (Capacity.RESPONSIBLE, Purpose.SUPERVISION) not in facts.consents:
        found[Hindrance.SUPERVISION] = "terms of supervision have to be agreed to"
    # of an age that is not known, the youngest is asked the most
    for capacity in asks_consent(rules, 0 if facts.age is None else facts.age):
        if (capacity, Purpose.MEASURE) not in facts.consents:
            code, text = _ASKED[capacity]
            found[code] = text
    return found


def referral_way(found: Collection[Obstacle]) -> Sequence[str]:
    """What is done instead, where violence is what stands in the way. Rule C9."""
    return REFERRAL_WAY if any(obstacle.code in VIOLENCE for obstacle in found) else ()


def violence_known(offence: str, *, domestic: bool, gender_based: bool) -> bool:
    """Whether a case must not even be opened for diversion. Rule C9."""
    return domestic or gender_based or offence.startswith(SEXUAL_VIOLENCE)
