"""What the handover service publishes: assignments and briefs."""

from datetime import date, datetime
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import ADVISING, Event


class AdvisorAssigned(Event, service="handover", aggregate="assignment", verb="made", audience=ADVISING):
    """An advisor was assigned to an area, by id. Rule H1."""

    assignment_id: UUID
    area: AreaCode
    starts_on: date
    ends_on: date


class BriefComposed(Event, service="handover", aggregate="brief", verb="composed", audience=ADVISING):
    """A brief was composed and frozen; `sha256` is the hash of its canonical JSON. Rule H8."""

    brief_id: UUID
    assignment_id: UUID | None
    area: AreaCode
    as_of: datetime
    number: int
    sha256: str
