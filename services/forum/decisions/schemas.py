"""Request and answer shapes of decisions."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day, LanguageTag
from services.forum.decisions.rules import DecisionKind, DecisionState, Method
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
    closed: bool = Field(default=False, description="Made under a closed item: seen from inside only")


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
