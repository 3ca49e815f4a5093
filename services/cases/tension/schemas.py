"""Request and answer shapes of tension monitoring."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from beatbook.contracts.areas import AreaCode
from beatbook.kit.disclosure import ObsStatus
from beatbook.kit.web import StrictModel, View
from services.cases.files.schemas import Day
from services.cases.tension.rules import Indicator, Information, Source, Trend, parse_week


def _checked(text: str) -> str:
    parse_week(text)
    return text


Week = Annotated[str, AfterValidator(_checked), Field(examples=["2026-W11"], description="An ISO week")]
Level = Annotated[int, Field(ge=1, le=5, description="1 calm, 2 uneasy, 3 tense, 4 high, 5 disorder is imminent")]
Community = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="A group's code, never a name")]


class ReadingPatch(StrictModel):
    """A reading as it should have been: what it rests on, how tense, and how far source and information are trusted."""

    read_on: Day
    indicator: Indicator
    level: Level
    source: Source | None = Field(default=None, description="3x5x2: 1 reliable, 2 untested, 3 not reliable")
    information: Information | None = Field(
        default=None,
        description="3x5x2: A known directly, B corroborated, C known indirectly, D not known, E suspected to be false",
    )
    community: Community | None = None

    @model_validator(mode="after")
    def _graded_whole(self) -> "ReadingPatch":
        if (self.source is None) != (self.information is None):
            raise ValueError("grade both source and information, or neither")
        return self


class ReadingIn(ReadingPatch):
    """A reading of the tension in an area."""

    area: AreaCode


class ReadingView(View):
    """A reading; `withdrawn_at` set: it counts no more."""

    id: UUID
    area: AreaCode
    read_on: date
    indicator: Indicator
    level: int
    source: Source | None
    information: Information | None
    community: str | None
    recorded_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None
    replaced_by: UUID | None
    version: int


class WeekView(View):
    """A week's level; one that is missing (status O) is not calm. `previous`: what it is compared with."""

    week: str
    level: int | None
    status: ObsStatus
    readings: int
    previous: int | None
    jumped: bool


class TensionView(View):
    """An area's weeks, the earliest first, and where they go."""

    area: AreaCode
    trend: Trend
    weeks: list[WeekView]


class BelowView(View):
    """What the areas below one have in common in a week: how many were assessed, the highest level, the median."""

    area: AreaCode
    week: str
    status: ObsStatus
    assessed: int | None
    maximum: int | None
    median: float | None
