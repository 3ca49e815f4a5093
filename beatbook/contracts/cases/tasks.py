"""Supervisors' tasks, as ids and codes (Rule C13)."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import OVERSEEING, Event


class TaskGiven(Event, service="cases", aggregate="task", verb="given", audience=OVERSEEING):
    """The supervisors of an area have something to do about a thing. Rules C2, C6, C14."""

    task_id: UUID
    area: AreaCode
    kind: str
    about: str
    about_id: UUID
    due_at: datetime


class TaskClosed(Event, service="cases", aggregate="task", verb="closed", audience=OVERSEEING):
    """A supervisor closed a task. Rules C2, C6, C14."""

    task_id: UUID
    area: AreaCode
    kind: str
    about_id: UUID
    outcome: str
