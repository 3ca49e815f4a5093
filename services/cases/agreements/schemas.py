"""Request and answer shapes of agreements."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from beatbook.kit.web import StrictModel, View
from services.cases.agreements.rules import TermState, WaiverReason
from services.cases.programmes.rules import TermKind

Text = Annotated[str, Field(min_length=1, max_length=4000)]
Hours = Annotated[int, Field(ge=1, le=1000)]
Amount = Annotated[int, Field(ge=1, le=100_000_000, description="In the currency's smallest unit, such as cents")]


class TermCreate(StrictModel):
    """Something to be done by a day."""

    kind: TermKind
    text: Text
    due_on: date
    hours: Hours | None = None
    amount: Amount | None = None


class TermPatch(StrictModel):
    """Another day for a term."""

    due_on: date


class TermSettle(StrictModel):
    """That a term is done, or that it need not be, and why."""

    state: TermState
    settled_on: date
    waived_for: WaiverReason | None = None


class SessionIn(StrictModel):
    """A session of a term; minutes count when it was attended."""

    held_on: date
    attended: bool
    minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 0


class WarningIn(StrictModel):
    """A warning about a term, with the day until which it gives time."""

    term_id: UUID
    deadline_on: date
    text: Text = Field(description="What was said to whom, and how")


class SessionView(View):
    """A session of a term."""

    id: UUID
    held_on: date
    attended: bool
    minutes: int


class TermView(View):
    """A term with its sessions; `minutes_left` of the hours agreed."""

    id: UUID
    kind: TermKind
    text: str
    due_on: date
    hours: int | None
    amount: int | None
    state: TermState
    settled_on: date | None
    waived_for: WaiverReason | None
    sessions: list[SessionView]
    minutes_attended: int
    minutes_left: int


class WarningView(View):
    """A warning."""

    id: UUID
    term_id: UUID
    deadline_on: date
    text: str
    warned_at: datetime
    warned_by: str


class AgreementView(View):
    """What was agreed, term by term, and what was warned of."""

    terms: list[TermView]
    warnings: list[WarningView]
    hours_agreed: int
    most_hours: int | None
    minutes_attended: int
