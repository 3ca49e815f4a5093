"""Request and answer shapes of complaints about police."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.disclosure import ObsStatus
from beatbook.kit.receipts import LONGEST_TYPED
from beatbook.kit.web import StrictModel, View
from services.cases.complaints.rules import Channel, Matter, Owed, Standing, State
from services.cases.files.schemas import Line, Passage

Year = Annotated[int, Field(ge=2000, le=2199)]


class ComplaintIn(StrictModel):
    """A complaint about police, or about those who oversee them. No name is asked."""

    area: AreaCode = Field(description="Where it happened")
    matter: Matter
    standing: Standing = Standing.AFFECTED
    text: Passage
    wish: Passage | None = None
    place: Line | None = None
    when: Line | None = None
    oversight_of: AreaCode | None = Field(
        default=None,
        description="If it is about an oversight body: the area that this body is of. The tier above gets it then.",
    )


class ReceiptIn(StrictModel):
    """The code that was given for a complaint, in any case and spacing."""

    code: str = Field(min_length=1, max_length=LONGEST_TYPED)


class ComplaintMove(StrictModel):
    """A step: what was found (for the oversight body), and what is answered (to who complained)."""

    to: State
    note: Passage | None = None
    answer: Passage | None = None


class ReceiptView(View):
    """What the sender of a complaint keeps: the code is shown once."""

    receipt: str
    area: AreaCode
    acknowledge_by: datetime
    decide_by: datetime


class FollowView(View):
    """Where a complaint stands, for who has its receipt."""

    state: State
    received_on: date
    acknowledge_by: datetime
    decide_by: datetime
    answer: str | None


class StepView(View):
    """A step that was taken."""

    origin: State
    target: State
    taken_at: datetime
    taken_by: str
    note: str | None


class ComplaintSummary(View):
    """A complaint in a list of the oversight body's: nothing written."""

    id: UUID
    area: AreaCode
    channel: Channel
    matter: Matter
    standing: Standing
    about_oversight: bool
    state: State
    outcome: State | None
    overdue: list[Owed]
    received_at: datetime
    acknowledge_by: datetime
    decide_by: datetime
    acknowledged_at: datetime | None
    decided_at: datetime | None
    version: int


class ComplaintView(ComplaintSummary):
    """A complaint whole. `subject` and `agency`: the token it was sent with, if any."""

    text: str
    wish: str | None
    place: str | None
    when: str | None
    subject: str | None
    agency: str | None
    answer: str | None
    steps: list[StepView]


class FigureView(View):
    """How many complaints came in a quarter; a value that is withheld or missing says so (SDMX CL_OBS_STATUS)."""

    area: AreaCode | None = Field(description="Null: the whole country")
    quarter: str
    value: int | None
    status: ObsStatus


class FiguresView(View):
    """Complaints received, by municipality and quarter that is over."""

    country: AreaCode
    under: int = Field(description="Counts from 1 up to this are withheld, and what would give them away")
    figures: list[FigureView]
