"""Request and answer shapes of imports. A row is an object of the neutral format: see docs/architecture/records.md."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Moment
from services.forum.decisions.schemas import DecisionClose, DecisionCreate
from services.forum.imports.rules import Ballot, Outcome, RecordKind
from services.forum.meetings.rules import Attendance
from services.forum.meetings.schemas import Line, MeetingCreate, PublicCount
from services.forum.members.schemas import MemberCreate
from services.forum.minutes.rules import MinutesState
from services.forum.minutes.schemas import Attendees, MinutesItemIn

MOST_ROWS = 100
EXTERNAL_ID = r"^[!-~](?:[ -~]{0,78}[!-~])?$"
ExternalId = Annotated[str, Field(pattern=EXTERNAL_ID)]
Source = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._:-]+$", examples=["legistar.nyc"])]


class ImportBatch(StrictModel):
    """Up to 100 rows of one source; `trial` reports what would become of them, and keeps nothing."""

    source: Source
    rows: list[Any] = Field(
        min_length=1,
        max_length=MOST_ROWS,
        description="Objects whose `record` is member or meeting, each judged by itself",
    )
    trial: bool = False


class MemberRow(MemberCreate):
    """A seat with the id that its source gave it."""

    record: Literal["member"]
    external_id: ExternalId


class VoteRow(StrictModel):
    """One member's vote."""

    member: ExternalId
    vote: Ballot


class DecisionRow(DecisionCreate):
    """What was decided on an agenda item. With `ballots` the figures are counted from them."""

    ballots: list[Any] = Field(default_factory=list, max_length=500, description="Objects of member and vote")
    ended: DecisionClose | None = None


class ItemRow(MinutesItemIn):
    """An agenda item: an item of the minutes when the meeting was held, else a topic of it."""

    external_id: ExternalId | None = None
    sensitive: bool = False
    decision: dict[str, Any] | None = None


class MarkRow(StrictModel):
    """One member's attendance."""

    member: ExternalId
    status: Attendance


class MinutesRow(StrictModel):
    """How far the minutes, which are made of the agenda items, had come."""

    state: MinutesState = MinutesState.DRAFT
    public_attendees: Attendees = Field(default_factory=list)


class MeetingRow(MeetingCreate):
    """A meeting with what belongs to it. Attendance, minutes and decisions belong to one that was held."""

    record: Literal["meeting"]
    external_id: ExternalId
    state: Literal["planned", "held", "postponed", "cancelled"]
    reason: Line | None = None
    held_at: Moment | None = Field(default=None, description="When it began; starts_at when not given")
    public_counts: list[PublicCount] = Field(default_factory=list, max_length=200)
    highest_police_rank: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    minutes: MinutesRow = Field(default_factory=MinutesRow)
    items: list[Any] = Field(default_factory=list, max_length=200)
    attendance: list[Any] = Field(default_factory=list, max_length=500)


class RowView(View):
    """What became of a row; `row` is its index in the batch, from 0."""

    row: int
    kind: RecordKind | None
    external_id: str | None
    outcome: Outcome
    id: UUID | None


class RefusalView(View):
    """A row or a part that was not taken.

    `number` counts the parts of a kind within their row, from 0: votes through all decisions of the meeting.
    """

    row: int
    kind: RecordKind | None
    number: int
    external_id: str | None
    reason: str
    detail: str


class ImportReport(View):
    """What became of a batch: by kind how many were added, unchanged and refused, which add up to what was sent."""

    trial: bool
    counts: dict[str, dict[str, int]]
    rows: list[RowView]
    refused: list[RefusalView]


class ImportedView(View):
    """A row or part that was imported, or refused when it was last sent."""

    source: str
    row_kind: RecordKind
    row: str
    kind: RecordKind
    number: int
    external_id: str | None
    record_id: UUID | None
    reason: str | None
    detail: str | None


class ImportTotals(View):
    """Everything that a source has sent so far, by kind: what is kept, and what was refused when it was last sent."""

    source: str
    stored: dict[str, int]
    refused: dict[str, int]
