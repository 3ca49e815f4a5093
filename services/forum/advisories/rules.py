"""What an advisory is, and what it can be about. Pure. Rules F3, F5, F7, F12, F17 raise them."""

from dataclasses import dataclass
from enum import StrEnum

from beatbook.contracts.actor import Actor
from services.forum.forums.rules import may_manage


class About(StrEnum):
    """What an advisory is about; its id stands beside. Rules F3 to F17."""

    FORUM = "forum"
    MEMBER = "member"
    MEETING = "meeting"
    MINUTES = "minutes"
    DECISION = "decision"
    CONCERN = "concern"
    INITIATIVE = "initiative"
    CONSULTATION = "consultation"
    POST = "post"
    TRAINING = "training"
    CORRECTION = "correction"


class ClockCode(StrEnum):
    """Advisories that the clock raises and clears: commands that settle others about the same thing leave them."""

    INTERVAL = "agreed-interval-passed"
    """About a forum. Rule F7."""
    POLICE_CHAIR = "police-chair-overdue"
    """About a forum. Rule F3."""
    MINUTES = "minutes-outstanding"
    """About a meeting. Rule F11."""
    DECISION = "decision-overdue"
    """About a decision. Rule F13."""


BY_CLOCK = frozenset(ClockCode)


def may_acknowledge(actor: Actor, area: str) -> bool:
    """Whether the actor may note what comes of an advisory: who keeps the forum's records."""
    return may_manage(actor, area)


@dataclass(frozen=True)
class Caution:
    """An advisory to give: the request succeeds, and local people decide."""

    code: str
    text: str
    rule: str
