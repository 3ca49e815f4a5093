"""Problem-solving cases, as ids, codes and phases (Rule C13)."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import OVERSEEING, Event

PlanItemKind = Literal["task", "review"]
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


class PlanItemSet(Event, service="cases", aggregate="plan_item", verb="set", audience=OVERSEEING):
    """A task or review of a community safety plan has a day, or another; `agency`: whose task it is. Rule C6."""

    item_id: UUID
    problem_id: UUID
    area: AreaCode
    kind: PlanItemKind
    due_on: date
    agency: str | None = None


class PlanItemEnded(Event, service="cases", aggregate="plan_item", verb="ended", audience=OVERSEEING):
    """A task was done or dropped, a review held, or either lapsed with its case or by a new plan. Rule C6."""

    item_id: UUID
    problem_id: UUID
    area: AreaCode
    kind: PlanItemKind
    outcome: Literal["done", "dropped", "held", "lapsed"]


class PlanItemOverdue(Event, service="cases", aggregate="plan_item", verb="overdue", audience=OVERSEEING):
    """The day of a task or review passed without it: told once, by the clock. Rule C6."""

    item_id: UUID
    problem_id: UUID
    area: AreaCode
    kind: PlanItemKind
    due_on: date
    agency: str | None = None
