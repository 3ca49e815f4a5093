"""Request and answer shapes of consultations."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day
from services.forum.consultations.rules import ConsultationState, Group, Way

Short = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]


class AskedIn(StrictModel):
    """People of one group who were asked: by a code of the list, or a minority group as the register names it."""

    group: Group | None = None
    minority_group: Short | None = None
    people: int = Field(ge=1, le=1_000_000)


AskedGroups = Annotated[list[AskedIn], Field(min_length=1, max_length=60)]


class ConsultationCreate(StrictModel):
    """A consultation that took place: people as counts by group, nobody is named."""

    topic: Short
    how: Way
    held_on: Day
    place: Short | None = None
    organisation: Short = Field(description="Who asked: the organisation")
    role: Short = Field(description="Who asked: the role, no name")
    asked: AskedGroups
    findings: Annotated[list[Words], Field(max_length=50)] = Field(default_factory=list)


class ConsultationPatch(StrictModel):
    """What may change until a summary is public."""

    topic: Short | None = None
    how: Way | None = None
    held_on: Day | None = None
    place: Short | None = None
    organisation: Short | None = None
    role: Short | None = None
    asked: AskedGroups | None = None


class FindingCreate(StrictModel):
    """Something found that was not written down at first."""

    text: Words


class ConsultationPublish(StrictModel):
    """The summary for everyone."""

    summary: Annotated[str, Field(min_length=1, max_length=5000)]
    small_groups_unnamed: bool = Field(
        default=False, description="Confirms that no group of fewer than ten people can be told from the summary"
    )


class AskedView(View):
    """A group that was asked; `people` is null outside."""

    group: Group | None
    minority_group: str | None
    people: int | None


class FindingView(View):
    """What was found, and the concern that it became."""

    number: int
    text: str
    concern_id: UUID | None


class ConsultationView(View):
    """A consultation. Outside, a published one shows its summary and the groups of ten people or more."""

    id: UUID
    forum_id: UUID
    area: AreaCode
    topic: str
    how: Way
    held_on: date | None = Field(description="Null outside when a small group was among those asked")
    place: str | None
    organisation: str
    role: str
    asked: list[AskedView]
    people: int | None
    findings: list[FindingView]
    concerns: int = Field(description="Findings that became concerns")
    state: ConsultationState
    summary: str | None
    published_at: AwareDatetime | None
    version: int


class GapView(View):
    """A group that nobody asked in the period; `last_on` is when it was asked before."""

    group: Group | None
    minority_group: str | None
    last_on: date | None
    everywhere: bool = Field(description="False for groups that not every area has")


class GapsView(View):
    """The groups that a forum asked from a day on, and those that it did not."""

    since: date
    consultations: int
    gaps: list[GapView]
