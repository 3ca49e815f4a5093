"""What initiatives publish: kinds and counts; people and places stay with the forum."""

from datetime import date
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import INSIDE_FORUMS, Event


class InitiativeProposed(Event, service="forum", aggregate="initiative", verb="proposed", audience=INSIDE_FORUMS):
    """A community initiative was proposed; `kind` is its code. Rule F18."""

    initiative_id: UUID
    forum_id: UUID
    area: AreaCode
    kind: str


class InitiativeStarted(Event, service="forum", aggregate="initiative", verb="started", audience=INSIDE_FORUMS):
    """An initiative began; `resumed_on` is the day it went on after a pause. Rule F18."""

    initiative_id: UUID
    forum_id: UUID
    area: AreaCode
    kind: str
    started_on: date
    resumed_on: date | None


class InitiativePaused(Event, service="forum", aggregate="initiative", verb="paused", audience=INSIDE_FORUMS):
    """A running initiative paused. Rule F18."""

    initiative_id: UUID
    forum_id: UUID
    area: AreaCode
    kind: str


class InitiativeReported(Event, service="forum", aggregate="initiative", verb="reported", audience=INSIDE_FORUMS):
    """An initiative reached people on a day: `reached` counts them. Rule F18."""

    initiative_id: UUID
    forum_id: UUID
    area: AreaCode
    kind: str
    happened_on: date
    reached: int


class InitiativeEnded(Event, service="forum", aggregate="initiative", verb="ended", audience=INSIDE_FORUMS):
    """An initiative ended: achieved, partly_achieved, not_achieved, or dropped without having run. Rule F18.

    `reached` counts the people reported until then.
    """

    initiative_id: UUID
    forum_id: UUID
    area: AreaCode
    kind: str
    outcome: str
    started_on: date | None
    ended_on: date
    reached: int
