"""Request and answer shapes of decisions."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day, LanguageTag
from services.forum.decisions.rules import DecisionKind, DecisionState, Method, StepKind
from services.forum.forums.schemas import Advisory
from services.forum.members.rules import Sector

Line = Annotated[str, Field(min_length=1, max_length=500)]
Words = Annotated[str, Field(min_length=1, max_length=10_000)]
Group = Annotated[str, Field(min_length=1, max_length=100)]
Count = Annotated[int, Field(ge=0, le=100_000)]


class Votes(StrictModel):
    """How many voted how."""

    yes: Count = Field(alias="for")
    no: Count = Field(alias="against")
    abstained: Count = 0


class Dissent(StrictModel):
    """A dissent, in the dissenters' own words; `group` when a specially affected group dissents."""

    words: Words
    group: Group | None = None


class DecisionTranslation(StrictModel):
    """What was decided, in another language."""

    agenda_item: Line
    text: Words


Translations = Annotated[dict[LanguageTag, DecisionTranslation], Field(max_length=20)]


class DecisionCreate(StrictModel):
    """A decision or request to be recorded."""

    agenda_item: Line
    text: Words
    kind: DecisionKind = DecisionKind.DECISION
    owner: Annotated[str, Field(min_length=1, max_length=200, description="The owning organisation, no person")]
    owner_sector: Sector | None = Field(default=None, description="What kind of organisation the owner is")
    due_on: Day | None = None
    method: Method = Method.CONSENSUS
    votes: Votes | None = None
    dissent: list[Dissent] = Field(default_factory=list, max_length=50)
    affected_groups: list[Group] = Field(default_factory=list, max_length=50)
    chair_statement: Words | None = None
    language: LanguageTag = Field(default="und", description="The language of the original")
    translations: Translations = Field(default_factory=dict, description="The same in other languages")
    cascades: bool = Field(default=False, description="Goes on the next agenda of every forum in the areas below")
    supersedes: UUID | None = Field(default=None, description="An earlier decision in whose place this one stands")
    closed: bool = Field(default=False, description="Made under a closed item: seen from inside only")


class DecisionPatch(StrictModel):
    """What may change of a decision that no published minutes hold yet."""

    agenda_item: Line | None = None
    text: Words | None = None
    owner: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    language: LanguageTag | None = None
    translations: Translations | None = None
    dissent: list[Dissent] | None = Field(default=None, max_length=50)
    chair_statement: Words | None = None


class DecisionNote(StrictModel):
    """What has been done so far. `internal`: seen from inside the forum only."""

    text: Words
    internal: bool = False


class DueDateMove(StrictModel):
    """Another due date: by a later meeting, or for a reason."""

    due_on: Day
    reason: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    meeting_id: UUID | None = None


class DecisionClose(StrictModel):
    """How a decision ends."""

    outcome: Literal["delivered", "declined", "withdrawn"]
    ended_on: Day | None = Field(default=None, description="The day it was done or refused; today when not given")
    evidence: Words | None = None
    reason: Words | None = None
    alternative: Words | None = None


class DecisionFilter(StrEnum):
    """The states a list can be asked for; overdue is open and past its due date."""

    OPEN = "open"
    OVERDUE = "overdue"
    DELIVERED = "delivered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class DecisionView(View):
    """A decision and where it stands."""

    id: UUID
    meeting_id: UUID
    forum_id: UUID
    area: AreaCode
    agenda_item: str
    text: str
    kind: DecisionKind
    owner: str
    owner_sector: Sector | None
    due_on: date | None
    method: Method
    votes: dict[str, int] | None
    dissent: list[Dissent]
    affected_groups: list[str]
    chair_statement: str | None
    language: str
    translations: dict[str, DecisionTranslation]
    cascades: bool
    state: DecisionState
    overdue: bool
    decided_on: date
    recorded_at: AwareDatetime
    closed_at: AwareDatetime | None
    ended_on: date | None
    evidence: str | None
    reason: str | None
    alternative: str | None
    on_time: bool | None
    advisories: list[Advisory]
    version: int


class DecidingMeeting(View):
    """The meeting that made a decision."""

    id: UUID
    starts_at: AwareDatetime
    held_at: AwareDatetime | None
    purpose: str
    public: bool


class MinutedIn(View):
    """The minutes that tell of a decision: the first published version that holds it."""

    id: UUID
    number: int


class HistoryEntry(View):
    """One step of a decision's life."""

    kind: StepKind
    at: AwareDatetime
    text: str | None = None
    internal: bool = False
    due_from: date | None = None
    due_to: date | None = None
    meeting_id: UUID | None = None
    decision_id: UUID | None = Field(default=None, description="The decision that stands in this one's place")


class DecisionDetail(DecisionView):
    """A decision with where it comes from and what became of it."""

    meeting: DecidingMeeting
    minutes: MinutedIn | None
    supersedes: UUID | None
    superseded_by: UUID | None
    history: list[HistoryEntry]


class DeliveryView(View):
    """How decisions were delivered. Rates are per decision due, from 0 to 1; null when none is due.

    Counted are public decisions and requests; information is not. Due is one whose date has passed, or that was
    delivered; withdrawn ones, and those without a date, are not. Declined ones count as not delivered once their date
    has passed.
    """

    decided: int
    open: int
    overdue: int
    delivered_on_time: int
    delivered_late: int
    delivered_undated: int
    declined: int
    withdrawn: int
    due: int
    delivery_rate: float | None
    on_time_rate: float | None
