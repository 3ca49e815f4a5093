"""Answer shapes of what falls due of plans."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import View
from services.cases.plans.rules import ItemKind, ItemState


class ItemFilter(StrEnum):
    """Which items a list can be asked for."""

    OPEN = "open"
    OVERDUE = "overdue"
    ENDED = "ended"


class ItemView(View):
    """A task or review of a plan: what it is about is read in the case."""

    id: UUID
    problem_id: UUID
    area: AreaCode
    kind: ItemKind
    due_on: date
    agency: str | None
    state: ItemState
    reminded_at: datetime | None = Field(description="When the clock told that its day had passed")
