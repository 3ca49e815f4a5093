"""Problem-solving cases, as ids, codes and phases (Rule C13)."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import OVERSEEING, Event

Phase = Literal["scanning", "analysis", "response", "assessment", "closed"]


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
