"""Referrals: their states and who moves them, what sending needs, what the recipient may read. Pure. Rule C12.

States are the FHIR task's: https://hl7.org/fhir/task.html, as the referral workflow uses them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from beatbook.contracts.areas import lineage
from services.cases.consents.rules import AgeBand, Consent, ends_at, givers, latest, unmet_consents
from services.cases.files.rules import Field
from services.cases.partners.rules import DataCategory, Memorandum, uncovered


class State(StrEnum):
    """Where a referral stands."""

    DRAFT = "draft"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Side(StrEnum):
    """Who moves a referral."""

    REFERRER = "referrer"
    RECIPIENT = "recipient"
    CLOCK = "clock"


SHARING = frozenset({State.ACCEPTED, State.IN_PROGRESS, State.ON_HOLD})
"""Accepted and not ended: the recipient reads the details."""
SENT = SHARING | {State.REQUESTED}
"""With the recipient, and not ended."""
ENDED = frozenset({State.REJECTED, State.COMPLETED, State.FAILED, State.CANCELLED, State.EXPIRED})

STEPS: Mapping[Side, Mapping[State, frozenset[State]]] = {
    Side.REFERRER: {State.DRAFT: frozenset({State.REQUESTED, State.CANCELLED})}
    | dict.fromkeys(SENT, frozenset({State.CANCELLED})),
    Side.RECIPIENT: {
        State.REQUESTED: frozenset({State.ACCEPTED, State.REJECTED}),
        State.ACCEPTED: frozenset({State.IN_PROGRESS, State.ON_HOLD, State.FAILED}),
        State.IN_PROGRESS: frozenset({State.ON_HOLD, State.COMPLETED, State.FAILED}),
        State.ON_HOLD: frozenset({State.IN_PROGRESS, State.FAILED}),
    },
    Side.CLOCK: dict.fromkeys(SENT, frozenset({State.EXPIRED})),
}
"""Who may take a referral from where to where. What is not here is not allowed; what has ended stays."""


def may_step(side: Side, origin: State, target: State) -> bool:
    """Whether a side takes a referral from one state to another. Rule C12."""
    return target in STEPS[side].get(origin, frozenset())


class Urgency(StrEnum):
    """How soon an answer is needed: FHIR request priority."""

    ROUTINE = "routine"
    URGENT = "urgent"
    ASAP = "asap"
    STAT = "stat"


class Basis(StrEnum):
    """What allows sending."""

    CONSENT = "consent"
    LEGAL_DUTY = "legal_duty"


class Duty(StrEnum):
    """A legal duty that needs no consent."""

    CHILD_PROTECTION = "child_protection"
    COURT_ORDER = "court_order"
    DANGER_TO_LIFE = "danger_to_life"
    REPORTING_BY_LAW = "reporting_by_law"


class Reason(StrEnum):
    """Why a referral was rejected or failed."""

    NO_CAPACITY = "no_capacity"
    OUTSIDE_SCOPE = "outside_scope"
    WRONG_AREA = "wrong_area"
    LANGUAGE = "language"
    SAFETY = "safety"
    KNOWN_ALREADY = "known_already"
    NOT_REACHED = "not_reached"
    DECLINED_BY_PERSON = "declined_by_person"
    OTHER = "other"


class Outcome(StrEnum):
    """What came of it."""

    ACHIEVED = "achieved"
    PARTLY = "partly"
    NOT_ACHIEVED = "not_achieved"


class Ending(StrEnum):
    """Why a referral ended without the recipient's word."""

    BY_REFERRER = "by_referrer"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    UNANSWERED = "unanswered"
    MEMORANDUM_ENDED = "memorandum_ended"
    CONSENT_ENDED = "consent_ended"


TEXTS = (DataCategory.NEEDS, DataCategory.CIRCUMSTANCES, DataCategory.HEALTH)
"""The categories that are written in a referral itself; identity and contact are of the people named in it."""
LONGEST_WAIT = timedelta(days=90)


def shared_fields(categories: Collection[str]) -> list[str]:
    """The fields of the policy that the recipient may read when these categories are sent. Rule C12.

    Contacts of victims are a field of their own, between the sides of a case (C9a); here it is the person's own.
    """
    victims = {Field.VICTIM_CONTACT.value} if DataCategory.CONTACT in categories else set()
    return sorted(set(categories) | victims)


@dataclass(frozen=True)
class Sending:
    """What decides whether a referral may be with its recipient."""

    agency: str
    service: str
    area: str
    categories: Sequence[str]
    age: AgeBand
    basis: Basis


@dataclass(frozen=True)
class Footing:
    """What a referral stands on at a moment: all that it lacks, or until when nothing is."""

    memorandum: Sequence[str] = ()
    consent: Sequence[str] = ()
    until: datetime | None = None

    @property
    def unmet(self) -> list[str]:
        """Everything that is lacking."""
        return [*self.memorandum, *self.consent]


def footing(
    sending: Sending, memoranda: Sequence[Memorandum], consents: Sequence[Consent], now: datetime
) -> Footing:  # fmt: skip
    """Whether a memorandum covers all that is sent, and all agreed who have to; and until when. Rule C12."""
    covering = [one for one in memoranda if not _uncovered(sending, [one], now)]
    needed = givers(sending.age, lineage(sending.area)[0]) if sending.basis is Basis.CONSENT else []
    lacking = unmet_consents(
        consents, needed, purpose=sending.service, recipient=sending.agency, categories=sending.categories, now=now
    )
    if not covering or lacking:
        return Footing([] if covering else _uncovered(sending, memoranda, now), lacking)
    days: list[date] = [max(one.ends_on for one in covering)]
    days += [consent.until for giver in needed if (consent := latest(consents, giver)) is not None]
    return Footing(until=ends_at(min(days)))


def _uncovered(sending: Sending, memoranda: Sequence[Memorandum], now: datetime) -> list[str]:
    return uncovered(memoranda, sending.service, sending.area, sending.categories, now)


def ending_of(state: State, answer_by: datetime | None, stands: Footing, now: datetime) -> Ending | None:
    """Why a referral that was sent ends by itself at a moment; None when it does not. Rule C12."""
    if state is State.REQUESTED and answer_by is not None and answer_by <= now:
        return Ending.UNANSWERED
    if stands.memorandum:
        return Ending.MEMORANDUM_ENDED
    return Ending.CONSENT_ENDED if stands.consent else None


def content_flaws(
    categories: Collection[str], texts: Collection[str], *, people: bool, duty: bool, basis: Basis
) -> list[str]:
    """What a referral has to hold before it is sent: something in each category, and its duty when it names one.

    `texts`: the categories written; `people`: somebody is named. Rule C12.
    """
    found = [f"{category}: write it, or leave it out of the categories" for category in TEXTS
             if category in categories and category not in texts]  # fmt: skip
    if not people and set(categories) & {DataCategory.IDENTITY, DataCategory.CONTACT}:
        found.append("people: name somebody in this case, whom identity or contact are of")
    if basis is Basis.LEGAL_DUTY and not duty:
        found.append("duty: name the legal duty and its reason")
    return found


def answer_by_flaws(answer_by: datetime, now: datetime) -> list[str]:
    """An answer is waited for from now on, for 90 days at most. Rule C12."""
    return [] if now < answer_by <= now + LONGEST_WAIT else ["answer_by: a moment to come, at most 90 days away"]


def agency_flaws(
    agency: tuple[Collection[str], Collection[str]] | None, service: str, area: str
) -> list[str]:  # fmt: skip
    """What keeps an active agency, of these services and areas, from being sent anything; None: there is none."""
    if agency is None:
        return ["agency: none that is active has this code"]
    services, areas = agency
    found = [] if service in services else [f"service: the agency does not offer {service}"]
    return found if set(areas) & set(lineage(area)) else [*found, "area: the agency does not work there"]


def answer_flaws(target: State, reason: Reason | None, outcome: Outcome | None) -> list[str]:
    """What an answer has to say: why not, or what came of it. Rule C12."""
    why = target in {State.REJECTED, State.FAILED}
    found = ["reason: say why"] if why and reason is None else []
    if not why and reason is not None:
        found.append("reason: only with rejected or failed")
    if (target is State.COMPLETED) != (outcome is not None):
        found.append("outcome: with completed, and only then")
    return found


def area_told(area: str) -> str:
    """The area as the recipient is told of it before it accepts: the municipality, or the country. Rule C12."""
    return lineage(area)[:2][-1]
