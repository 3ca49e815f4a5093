"""Request and answer shapes of patterns."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.patterns.rules import Grain, Kind, Span, State
from services.cases.plans.rules import Line, Passage

TEST = (
    "hypergeometric (Fisher's exact test, one-sided) of the place's incidents in the window, given its own and its "
    "municipality's over all that is looked at; beta-binomial where the municipality's counts come in bursts; "
    "corrected by Benjamini and Hochberg over every hypothesis looked at in the country"
)


class AcceptIn(StrictModel):
    """Open a case from a proposal."""

    title: Line | None = Field(default=None, description="Of the case; without one it says the family and the counts")


class MergeIn(StrictModel):
    """Have a proposal join a case that is there."""

    problem_id: UUID


class DismissIn(StrictModel):
    """Dismiss a proposal, for a reason. Names nobody."""

    reason: Passage


class ProposalSummary(View):
    """A proposal in a list, with what the test said as of its evidence."""

    id: UUID
    area: AreaCode
    kind: Kind
    family: str = Field(description="ICCS division, or section where reports say no more")
    band: str = Field(description="`any`, a part of the day such as `evening`, or one weekday's: `fri-evening`")
    grain: Grain = Field(description="Whether windows are whole weeks or whole months")
    span: Span
    past_from: date = Field(description="From when incidents were looked at")
    window_from: date
    window_until: date = Field(description="The day after the window")
    observed: int
    expected: float
    p_value: float
    q_value: float = Field(description="The p-value corrected over all hypotheses")
    hypotheses: int = Field(description="How many were looked at in the country")
    evidence_as_of: datetime
    state: State
    proposed_at: datetime
    ended_at: datetime | None
    version: int


class PlaceView(View):
    """An address that belongs to a pattern."""

    area: AreaCode
    place: str | None
    longitude: float | None
    latitude: float | None
    incidents: int


class ProposalView(ProposalSummary):
    """A proposal with its incidents and how it was tested."""

    test: str = TEST
    places: list[PlaceView]
    incidents: list[UUID]
    reason: str | None
    ended_by: str | None
    problem_id: UUID | None = Field(description="The case it became or joined, for those who may see that")


class RankBy(StrEnum):
    """What is counted by itself at a place."""

    PLACE = "place"
    CATEGORY = "category"
    LOCAL_CATEGORY = "local_category"


class RepeatPlace(View):
    """A place with how often something was reported there."""

    place: str | None
    longitude: float | None
    latitude: float | None
    area: AreaCode
    category: str | None = Field(description="ICCS code, or the source's own category; null when all count together")
    incidents: int
    months: int = Field(description="Months in which there was at least one")
    first_on: date
    last_on: date


class RepeatPlaces(View):
    """The places with most incidents, the first with most."""

    items: list[RepeatPlace]
