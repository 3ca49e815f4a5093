"""Request and answer shapes of series."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, NaiveDatetime

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day
from services.forum.forums.schemas import Language
from services.forum.meetings.rules import PlaceKind, Purpose
from services.forum.meetings.schemas import Duration, Line, Topic

Rule = Annotated[
    str,
    Field(min_length=1, max_length=300, description="RFC 5545 RRULE, daily to yearly, such as FREQ=MONTHLY;BYDAY=1TU"),
]
LocalStart = Annotated[
    NaiveDatetime,
    Field(
        ge=datetime(2000, 1, 1),  # noqa: DTZ001 - by the clocks of the forum's place
        le=datetime(2199, 12, 31),  # noqa: DTZ001 - the same
        description="The first start by the clocks of the forum's time zone, without an offset",
    ),
]
Excluded = Annotated[list[Day], Field(max_length=200, description="Days left out (EXDATE)")]


class SeriesPattern(StrictModel):
    """What each meeting of a series is like; the purposes come in turn."""

    purposes: list[Purpose] = Field(min_length=1, max_length=12)
    topics: list[Topic] = Field(default_factory=list, max_length=200)
    place: Line | None = None
    place_kind: PlaceKind = PlaceKind.OTHER
    in_area: bool | None = None
    languages: list[Language] = Field(default_factory=list, max_length=20)
    interpreters: list[Language] = Field(default_factory=list, max_length=20)
    public: bool = True


class SeriesCreate(StrictModel):
    """Meetings that recur."""

    rrule: Rule
    starts_local: LocalStart
    duration_minutes: Duration = 120
    meeting: SeriesPattern
    excluded: Excluded = Field(default_factory=list)


class SeriesPatch(StrictModel):
    """What may change of a series; meetings that people changed or were invited to stay as they are."""

    rrule: Rule | None = None
    starts_local: LocalStart | None = None
    duration_minutes: Duration | None = None
    meeting: SeriesPattern | None = None
    excluded: Excluded | None = None


class SeriesEnd(StrictModel):
    """The end of a series: the day of its last meeting, and why."""

    last_day: Day
    reason: Line


class SeriesView(View):
    """A series, for those inside the forum."""

    id: UUID
    forum_id: UUID
    area: AreaCode
    rrule: str
    starts_local: datetime
    time_zone: str
    duration_minutes: int
    meeting: SeriesPattern
    excluded: list[date]
    last_day: date | None
    planned_until: date
    created_at: AwareDatetime
    version: int


class SeriesMeetingView(View):
    """The meeting that a series planned for a day."""

    day: date
    meeting_id: UUID


class StartView(View):
    """One start that a rule gives: by the clocks of the place, and as a moment."""

    local: datetime
    starts_at: AwareDatetime


class PreviewView(View):
    """What a rule would give, from now on to the horizon."""

    time_zone: str
    starts: list[StartView]
