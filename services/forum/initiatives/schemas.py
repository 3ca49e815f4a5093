"""Request and answer shapes of initiatives."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day
from services.forum.initiatives.rules import InitiativeKind, InitiativeState, Outcome
from services.forum.members.rules import Sector

Name = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]


class Partner(StrictModel):
    """An organisation that takes part; no person."""

    name: Name
    sector: Sector


class Supervisor(StrictModel):
    """The police officer who supervises a watch scheme: the name stays inside, the role is public."""

    name: Name
    role: Name


Partners = Annotated[list[Partner], Field(max_length=100)]
Rules = Annotated[str, Field(min_length=1, max_length=10_000)]


class InitiativeCreate(StrictModel):
    """An initiative to be proposed, in the forum's area or a part of it."""

    kind: InitiativeKind
    name: Name
    aim: Words
    area: AreaCode | None = Field(default=None, description="Where; the forum's area when left out")
    public: bool | None = Field(
        default=None, description="Shown to everyone once it runs; left out: yes, but no for a safe house network"
    )
    starts_on: Day | None = None
    ends_on: Day | None = None
    partners: Partners = Field(default_factory=list)
    written_rules: Rules | None = None
    reporting_only: bool = False
    supervisor: Supervisor | None = None


class InitiativePatch(StrictModel):
    """What may change of an initiative that has not ended."""

    name: Name | None = None
    aim: Words | None = None
    public: bool | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    partners: Partners | None = None
    written_rules: Rules | None = None
    reporting_only: bool | None = None
    supervisor: Supervisor | None = None


class InitiativeStart(StrictModel):
    """The day it began, or went on; today when left out."""

    on: Day | None = None


class InitiativePause(StrictModel):
    """Why it pauses."""

    reason: Words


class InitiativeEnd(StrictModel):
    """How it ended: the day (today when left out), the outcome, and what came of it."""

    on: Day | None = None
    outcome: Outcome
    result: Words


class ReportCreate(StrictModel):
    """What was seen of a running initiative, and how many people it reached: a count, nobody is named."""

    happened_on: Day
    reached: int = Field(ge=0, le=10_000_000)
    text: Words


class SafePlaceIn(StrictModel):
    """A place where people who feel threatened find help."""

    name: Name
    address: Name
    note: Annotated[str, Field(max_length=1000)] = ""


class SafePlacesPut(StrictModel):
    """All places of a network, in the place of those before."""

    places: Annotated[list[SafePlaceIn], Field(max_length=500)]


class InitiativeView(View):
    """An initiative; `needs` says what a watch scheme lacks before it may run.

    Outside, the supervisor has no name, counts from 1 to 9 are null, and of a safe house network neither
    partners, rules, result nor counts are shown.
    """

    id: UUID
    forum_id: UUID
    area: AreaCode
    kind: InitiativeKind
    watch_scheme: bool
    name: str
    aim: str
    public: bool
    state: InitiativeState
    state_reason: str | None
    starts_on: date | None
    ends_on: date | None
    started_on: date | None
    ended_on: date | None
    partners: list[Partner]
    written_rules: str | None
    reporting_only: bool
    supervisor_name: str | None
    supervisor_role: str | None
    needs: list[str]
    reached: int | None = Field(
        description="People reached; outside the forum those in reports of ten people or more, null when there is none"
    )
    outcome: Outcome | None
    result: str | None
    proposed_at: AwareDatetime
    version: int


class ReportView(View):
    """What was noted on a day; `reached` is null when the count may not be shown."""

    id: UUID
    happened_on: date
    reached: int | None
    text: str


class SafePlaceView(View):
    """A place of a safe house network."""

    id: UUID
    name: str
    address: str
    note: str
