"""What the cases service publishes: incidents and problem-solving cases, as ids, codes and counts (Rule C13)."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import OVERSEEING, POLICING, Event

Phase = Literal["scanning", "analysis", "response", "assessment", "closed"]


class IncidentRecorded(Event, service="cases", aggregate="incident", verb="recorded", audience=POLICING):
    """An incident was taken in. `month` is the first day of the month it began in; `category` an ICCS code. Rule C1."""

    incident_id: UUID
    area: AreaCode
    month: date
    category: str
    repeat_victim: bool = False


class ProblemOpened(Event, service="cases", aggregate="problem", verb="opened", audience=OVERSEEING):
    """A SARA case was opened, in scanning. Rule C4."""

    problem_id: UUID
    area: AreaCode
    category: str | None
    opened_at: datetime


class ProblemMoved(Event, service="cases", aggregate="problem", verb="moved", audience=OVERSEEING):
    """A SARA case changed phase, forward or back. Rule C4."""

    problem_id: UUID
    area: AreaCode
    origin: Phase
    target: Phase
    moved_at: datetime
    verdict: str | None = None
