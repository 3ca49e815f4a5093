"""Request and answer shapes of problem-solving cases."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.categories.rules import parse_category
from services.cases.evaluations.rules import Counting, Counts, Verdict
from services.cases.plans.rules import Line, Passage, Plan, Review
from services.cases.problems.rules import Analysis, Assessment, Consultation, Phase, Statement

Category = Annotated[str, AfterValidator(parse_category), Field(examples=["0801"])]
Subject = Annotated[str, Field(min_length=1, max_length=200, description="The subject of a token, never a name")]
Team = Annotated[list[Subject], Field(max_length=50)]


class ProblemCreate(StrictModel):
    """A new case; who opens it is in its team."""

    area: AreaCode
    title: Line
    category: Category | None = None
    statement: Statement = Statement()
    consultations: list[Consultation] = Field(default_factory=list, max_length=100)
    team: Team = Field(default_factory=list)
    supervisor: Subject | None = None
    incident_ids: list[UUID] = Field(default_factory=list, max_length=5000, description="What it is about")


class ProblemPatch(StrictModel):
    """What may be changed of a case besides its analysis, plan and assessment."""

    title: Line | None = None
    category: Category | None = Field(default=None, description="Cannot be changed: as it is, or left out")
    statement: Statement | None = None
    consultations: list[Consultation] | None = Field(default=None, max_length=100)
    team: Team | None = None
    supervisor: Subject | None = None


class ReviewIn(StrictModel):
    """A review of the plan that was held: which one, by its id or as one nobody had planned, and what was found."""

    id: UUID | None = None
    held_on: date
    finding: Passage


class MeasureIn(StrictModel):
    """An objective's indicator before and after: counts, or what the service is to count of its incidents."""

    objective: int = Field(ge=0, description="The objective's place in the plan, from 0")
    counts: Counts | None = None
    counting: Counting | None = None


class AssessmentIn(StrictModel):
    """What the response changed; who says otherwise than the figures gives the reason."""

    verdict: Verdict
    reason: Passage | None = None
    evidence: Passage
    measures: list[MeasureIn] = Field(default_factory=list, max_length=20)
    keep: Passage | None = None
    change: Passage | None = None
    stop: Passage | None = None
    next_step: Passage | None = None


class MoveIn(StrictModel):
    """A step to the next phase, or back to an earlier one with the reason."""

    to: Phase
    reason: Passage | None = None


class IncidentsIn(StrictModel):
    """Incidents that a case is about."""

    incident_ids: list[UUID] = Field(min_length=1, max_length=5000)


class LinkView(View):
    """An incident that a case is about."""

    incident_id: UUID
    linked_at: datetime
    linked_by: str


class MoveView(View):
    """A step that was taken."""

    origin: Phase
    target: Phase
    reason: str | None
    moved_at: datetime
    moved_by: str


class ProblemSummary(View):
    """A case in a list."""

    id: UUID
    area: AreaCode
    title: str = Field(description="Empty when the case was expunged")
    category: str | None
    phase: Phase
    supervisor: str | None
    team: list[str]
    opened_at: datetime
    opened_by: str
    version: int


class ProblemView(ProblemSummary):
    """A case with all its parts, its steps so far, and what is still missing for the next."""

    statement: Statement
    consultations: list[Consultation]
    analysis: Analysis
    plan: Plan | None
    reviews: list[Review]
    assessment: Assessment | None
    moves: list[MoveView]
    unmet: list[str] = Field(description="What the step to the next phase still needs")
