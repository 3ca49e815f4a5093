"""Request and answer shapes of critical incidents."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.critical.rules import Command, Concept, Effect, RiskState, State
from services.cases.files.schemas import Line, Moment, Passage, Subject

Function = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$", examples=["public_order"])]
Grade = Annotated[int, Field(ge=1, le=5)]


class CriticalDeclare(StrictModel):
    """A declaration: why each of the four concepts holds, and who takes command."""

    area: AreaCode
    title: Line
    incident_id: UUID | None = None
    concepts: dict[Concept, Passage | None] = Field(default_factory=dict)
    gold: Subject | None = None
    silver: Subject | None = None


class CommandIn(StrictModel):
    """Who takes a command role over; of a bronze, null ends the function."""

    role: Command
    function: Function | None = None
    subject: Subject | None = None


class CommunityIn(StrictModel):
    """How one community is affected, what concerns it, and what is done about it."""

    area: AreaCode
    community: Line
    effect: Effect
    concerns: list[Passage] = Field(default_factory=list, max_length=20)
    actions: list[Passage] = Field(default_factory=list, max_length=20)


class ImpactIn(StrictModel):
    """A community impact assessment, and when it is looked at again."""

    communities: list[CommunityIn] = Field(min_length=1, max_length=50)
    review_due_at: Moment


class RiskIn(StrictModel):
    """A risk as it stands: likelihood and impact from 1 to 5, what is done against it, and who owns it."""

    risk: Passage
    mitigations: list[Passage] = Field(default_factory=list, max_length=20)
    likelihood: Grade
    impact: Grade
    owner: Subject
    state: RiskState = RiskState.OPEN


class DecisionIn(StrictModel):
    """An entry of the decision log; `corrects`: the number of an earlier entry that this one puts right."""

    decision: Passage
    rationale: Passage
    options: list[Passage] = Field(min_length=1, max_length=20, description="What was considered, this one included")
    corrects: int | None = Field(default=None, ge=1)


class StandDown(StrictModel):
    """Why it is critical no more, and what was learned."""

    reasons: Passage | None = None
    debrief: Passage | None = None
    learning: list[Passage] = Field(default_factory=list, max_length=50)


class CriticalSummary(View):
    """A critical incident in a list: nothing written."""

    id: UUID
    area: AreaCode
    state: State
    incident_id: UUID | None
    declared_at: datetime
    declared_by: str
    review_due_at: datetime
    stood_down_at: datetime | None
    version: int


class CommandView(View):
    """Who held a command role from when to when; `until_at` null: holds it now."""

    role: Command
    function: str | None
    subject: str
    from_at: datetime
    until_at: datetime | None


class ImpactView(View):
    """A version of the community impact assessment."""

    number: int
    assessed_at: datetime
    assessed_by: str
    review_due_at: datetime
    worst: Effect
    communities: list[CommunityIn]


class RiskView(View):
    """A risk as it stood from `written_at`; `score` is likelihood by impact."""

    number: int
    version: int
    likelihood: int
    impact: int
    score: int
    state: RiskState
    owner: str
    risk: str
    mitigations: list[str]
    written_at: datetime
    written_by: str


class DecisionView(View):
    """An entry of the decision log; `corrected_by`: the entries that put it right."""

    number: int
    corrects: int | None
    corrected_by: list[int]
    decided_at: datetime
    decided_by: str
    decision: str
    rationale: str
    options: list[str]


class CriticalView(CriticalSummary):
    """A critical incident whole, but for the decision log: that is a list of its own."""

    title: str
    concepts: dict[Concept, str]
    command: list[CommandView]
    impacts: list[ImpactView]
    risks: list[RiskView]
    decisions: int
    stand_down: StandDown | None
