"""For how long broken glass opens a case, and who looks into it. Pure. Rule C14."""

from datetime import datetime, timedelta
from typing import Protocol

from beatbook.contracts.actor import Actor, Role
from services.cases.files.rules import ROLES, Kind

OPEN_FOR = timedelta(hours=1)
REVIEW_WITHIN = timedelta(days=3)
WITNESSES = frozenset({Role.SUPERVISOR, Role.OVERSIGHT})
"""Who is told of every opening in their area: supervisors, and oversight as the auditor."""


class Opened(Protocol):
    """What of an opening these rules look at."""

    kind: Kind
    area: str
    supervisor: str | None
    subject: str
    expires_at: datetime


def may_witness(actor: Actor, opening: Opened) -> bool:
    """Supervisors and oversight of the area, and who led the case, know of an opening. Rule C14."""
    if actor.may_as(WITNESSES, opening.area):
        return True
    return actor.subject == opening.supervisor and actor.may_as(ROLES[opening.kind].workers, opening.area)


def may_review(actor: Actor, opening: Opened) -> bool:
    """A witness reviews and ends an opening; nobody reviews their own. Rule C14."""
    return actor.subject != opening.subject and may_witness(actor, opening)


def is_running(opening: Opened, now: datetime) -> bool:
    """Whether the case is open by it still: up to the moment it expires, and not in it. Rule C14."""
    return now < opening.expires_at
