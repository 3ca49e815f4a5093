"""Complaints about police, as ids, codes and dates: for the oversight body alone, never who complained. Rule C19."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import OVERSIGHT, POLICING, Event


class ComplaintReceived(
    Event, service="cases", aggregate="complaint", verb="received", audience=OVERSIGHT, barred=POLICING
):
    """A complaint came in; `area` is that of the oversight body which has it. Rule C19."""

    complaint_id: UUID
    area: AreaCode
    matter: str
    received_at: datetime
    acknowledge_by: datetime
    decide_by: datetime


class ComplaintMoved(Event, service="cases", aggregate="complaint", verb="moved", audience=OVERSIGHT, barred=POLICING):
    """The oversight body took a complaint a step on. Rule C19."""

    complaint_id: UUID
    area: AreaCode
    origin: str
    target: str
    moved_at: datetime


class ComplaintOverdue(
    Event, service="cases", aggregate="complaint", verb="overdue", audience=OVERSIGHT, barred=POLICING
):
    """A complaint was not acknowledged, or not decided, in time; `owed`: acknowledgement or decision. Rule C19."""

    complaint_id: UUID
    area: AreaCode
    owed: str
    due_at: datetime
