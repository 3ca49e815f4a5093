"""Request and answer shapes of concerns."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Text200
from services.forum.concerns.rules import CaseBucket, Category, ConcernState, Source, StepKind

LongText = Annotated[str, Field(min_length=1, max_length=4000)]


class Point(StrictModel):
    """A place on the map, in degrees (WGS 84)."""

    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-90, le=90)]


class ConcernWords(StrictModel):
    """What somebody says: what it is about, where, and what they want. Leave out names and what identifies people."""

    category: Category
    text: LongText
    wish: LongText | None = None
    place: Text200 | None = None
    point: Point | None = None


class ConcernCreate(ConcernWords):
    """A concern brought into a forum: with the meeting at which it was raised, or the seat that raises it."""

    meeting_id: UUID | None = None
    member_id: UUID | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.meeting_id is None) == (self.member_id is None):
            raise ValueError("name either the meeting_id at which it was raised or the member_id of the seat")
        return self


class AnonymousConcern(ConcernWords):
    """A concern of somebody who gives no name: no personal data is asked."""


class ConcernPatch(StrictModel):
    """What the forum may change: its own summary, and words that name or identify somebody.

    What is replaced is not kept. `place` and `point` are taken away by null.
    """

    category: Category | None = None
    text: LongText | None = None
    wish: LongText | None = None
    place: Text200 | None = None
    point: Point | None = None
    summary: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    published: bool | None = None


class ReceiptIn(StrictModel):
    """The code that was given when the concern was raised."""

    code: Annotated[str, Field(max_length=200)]


class ConcernFilter(StrEnum):
    """States that a list can be asked for; waiting: raised or escalated; overdue: waiting past the agreed days."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    RAISED = "raised"
    ANSWERED = "answered"
    REFERRED = "referred"
    CASE_OPENED = "case_opened"
    ESCALATED = "escalated"
    OUT_OF_REMIT = "out_of_remit"


class ConcernInside(View):
    """What only those inside the forum read of a concern."""

    source: Source
    meeting_id: UUID | None
    member_id: UUID | None
    source_id: UUID | None
    origin_forum_id: UUID
    text: str
    wish: str | None
    place: str | None
    longitude: float | None
    latitude: float | None
    published: bool
    closed: bool
    raised_at: AwareDatetime
    triage_by: AwareDatetime
    triaged_at: AwareDatetime | None
    on_time: bool | None
    redacted_at: AwareDatetime | None
    theme_id: UUID | None


class ConcernView(View):
    """A concern: its public face, and `inside` for those who see more."""

    id: UUID
    forum_id: UUID
    area: AreaCode
    category: Category
    summary: str | None
    state: ConcernState
    case_bucket: CaseBucket | None
    overdue: bool
    raised_on: date
    ended_on: date | None
    version: int
    inside: ConcernInside | None


class StepView(View):
    """One step: what was done, in words for who raised it."""

    number: int
    kind: StepKind
    state: ConcernState
    at: AwareDatetime
    forum_id: UUID
    forum: str
    to_forum_id: UUID | None
    to_forum: str | None
    words: str | None
    organisation: str | None
    alternative: str | None
    case_bucket: CaseBucket | None


class ReceiptView(View):
    """The answer to a concern raised without a name; the code is shown here and never again."""

    receipt: str
    forum: str
    area: AreaCode
    triage_by: AwareDatetime


class FollowView(View):
    """What who holds the code sees: where the concern stands and each step, without its words."""

    forum: str
    area: AreaCode
    category: Category
    state: ConcernState
    case_bucket: CaseBucket | None
    raised_on: date
    triage_by: AwareDatetime
    summary: str | None
    steps: list[StepView]
