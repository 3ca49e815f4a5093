"""Request and answer shapes of steps."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from beatbook.kit.web import StrictModel, View
from services.cases.diversion.rules import State
from services.cases.steps.rules import StepReason


class StepIn(StrictModel):
    """A step; to return or decline a case needs a reason."""

    to: State
    reason: StepReason | None = None
    text: Annotated[str, Field(min_length=1, max_length=4000)] | None = None


class StepView(View):
    """A step that was taken."""

    id: UUID
    origin: State
    target: State
    reason: StepReason | None
    text: str | None
    moved_at: datetime
    moved_by: str


class StepsView(View):
    """Where a case stands, the steps so far, and what each next one still needs."""

    state: State
    steps: list[StepView]
    next: dict[State, list[str]] = Field(description="What each possible step still needs; empty: it can be taken")
    referral_way: list[str]
