"""Request and answer shapes of restorative meetings."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from beatbook.kit.web import StrictModel, View
from services.cases.agreements.rules import TermState
from services.cases.conferences.rules import MeetingState, Side, StoppedBy
from services.cases.diversion.rules import Purpose
from services.cases.files.schemas import Moment
from services.cases.programmes.rules import Capacity, TermKind

Text = Annotated[str, Field(min_length=1, max_length=4000)]


class ConferencePlan(StrictModel):
    """Who is to meet, when and where, and who leads it."""

    victim_id: UUID = Field(description="A person of this case")
    responsible_id: UUID = Field(description="A person of this case")
    facilitator: str = Field(min_length=1, max_length=200, description="The subject of a token, never a name")
    agency: str | None = Field(
        default=None, max_length=200, description="The agency that leads it: it sees how the meeting stands, and nobody"
    )
    starts_at: Moment
    place: Text


class Screening(StrictModel):
    """What the safety screen of both sides found."""

    is_safe: bool
    text: Text


class Stop(StrictModel):
    """Who stops the meeting; a reason may be given, and need not be."""

    by: StoppedBy
    text: Text | None = None


class Result(StrictModel):
    """What the meeting came to; what was agreed in it is written down term by term."""

    text: Text


class SideConsent(View):
    """A consent of one side."""

    capacity: Capacity
    purpose: Purpose
    given_on: date
    withdrawn_at: datetime | None


class ConferenceView(View):
    """A meeting, for those who work on the case; an agency that leads it is not shown what was written, nor who."""

    state: MeetingState
    starts_at: datetime
    facilitator: str
    is_safe: bool | None
    screened_at: datetime | None
    ended_at: datetime | None
    unmet: list[str] = Field(description="What it still needs before it starts")
    place: str | None
    victim_id: UUID | None
    responsible_id: UUID | None
    stopped_by: StoppedBy | None
    screening: str | None
    result: str | None


class SheetTerm(View):
    """A term as both sides may know of it."""

    kind: TermKind
    due_on: date
    state: TermState


class SheetView(View):
    """What may be handed to one side: the meeting, its own consents, and how the terms stand; nothing of the other."""

    side: Side
    state: MeetingState
    starts_at: datetime
    place: str
    may_stop_at_any_time: bool = True
    consents: list[SideConsent]
    terms: list[SheetTerm]
