"""Diversion cases, as ids, codes and states (Rule C13)."""

from datetime import date, datetime
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import OVERSEEING, Event


class DiversionReferred(Event, service="cases", aggregate="diversion", verb="referred", audience=OVERSEEING):
    """A diversion case was opened. `offence` is an ICCS code. Rule C10."""

    diversion_id: UUID
    area: AreaCode
    offence: str
    referred_by: str
    referred_at: datetime


class DiversionConsentGiven(Event, service="cases", aggregate="diversion", verb="consented", audience=OVERSEEING):
    """Somebody consented to something in a diversion case. Rules C9, C9a."""

    diversion_id: UUID
    area: AreaCode
    capacity: str
    purpose: str


class DiversionConsentWithdrawn(
    Event, service="cases", aggregate="diversion", verb="consent_withdrawn", audience=OVERSEEING
):
    """A consent in a diversion case was withdrawn. Rules C9, C9a."""

    diversion_id: UUID
    area: AreaCode
    capacity: str
    purpose: str


class DiversionTermSettled(Event, service="cases", aggregate="diversion", verb="term_settled", audience=OVERSEEING):
    """A term of a diversion agreement is done, or was waived. Rule C10."""

    diversion_id: UUID
    area: AreaCode
    term_id: UUID
    kind: str
    state: str
    settled_on: date


class DiversionWarned(Event, service="cases", aggregate="diversion", verb="warned", audience=OVERSEEING):
    """A warning about a term was recorded; a breach can be found after its deadline. Rule C10."""

    diversion_id: UUID
    area: AreaCode
    term_id: UUID
    kind: str
    deadline_on: date


class DiversionReminded(Event, service="cases", aggregate="diversion", verb="reminded", audience=OVERSEEING):
    """The clock reminds of a term: its day is near (`term_near`), has passed, or a warning's has. Rule C10."""

    diversion_id: UUID
    area: AreaCode
    term_id: UUID
    kind: str
    stage: str
    on_day: date


class DiversionMoved(Event, service="cases", aggregate="diversion", verb="moved", audience=OVERSEEING):
    """A diversion case changed state, under a version of a programme's rules. Rule C10."""

    diversion_id: UUID
    area: AreaCode
    origin: str
    target: str
    programme: str | None
    rules_version: int | None
    kind: str | None
    reason: str | None
    moved_at: datetime


class MeetingEnded(Event, service="cases", aggregate="diversion", verb="meeting_ended", audience=OVERSEEING):
    """A restorative meeting was held, or stopped; by whom is not told. Rule C9a."""

    diversion_id: UUID
    area: AreaCode
    outcome: str
    ended_at: datetime
