"""Critical incidents, as ids and dates (Rule C13)."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import OVERSEEING, Event


class CriticalIncidentDeclared(
    Event, service="cases", aggregate="critical_incident", verb="declared", audience=OVERSEEING
):
    """An incident was declared critical. Rule C17."""

    critical_incident_id: UUID
    area: AreaCode
    declared_at: datetime


class CriticalReviewOverdue(
    Event, service="cases", aggregate="critical_incident", verb="review_overdue", audience=OVERSEEING
):
    """The community impact was to be assessed again by then, and was not: told once of each date. Rule C17."""

    critical_incident_id: UUID
    area: AreaCode
    review_due_at: datetime


class CriticalIncidentStoodDown(
    Event, service="cases", aggregate="critical_incident", verb="stood_down", audience=OVERSEEING
):
    """A critical incident was stood down. Rule C17."""

    critical_incident_id: UUID
    area: AreaCode
    stood_down_at: datetime
