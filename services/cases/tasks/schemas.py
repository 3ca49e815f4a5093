"""Request and answer shapes of supervisors' tasks."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.tasks.rules import Outcome, TaskKind


class TaskFilter(StrEnum):
    """Which tasks a list can be asked for."""

    OPEN = "open"
    OVERDUE = "overdue"
    CLOSED = "closed"


class TaskClose(StrictModel):
    """How the task ended."""

    outcome: Outcome


class TaskView(View):
    """A task: what kind, about which thing, until when; `closed_at` is null as long as it is open."""

    id: UUID
    area: AreaCode
    kind: TaskKind
    about: str
    about_id: UUID
    is_urgent: bool
    due_at: datetime
    given_at: datetime
    given_by: str
    outcome: Outcome | None
    closed_at: datetime | None
    closed_by: str | None
    version: int
