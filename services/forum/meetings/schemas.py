"""Request and answer shapes of meetings."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Moment
from services.forum.forums.schemas import Advisory, Language
from services.forum.meetings.rules import Attendance, Climate, MeetingState, PlaceKind, Purpose

Line = Annotated[str, Field(min_length=1, max_length=500)]
Duration = Annotated[int, Field(ge=15, le=1440, description="Minutes from start to end")]


class Topic(StrictModel):
    """Something to be spoken about; `sensitive` marks what divides or hurts people, `personal_safety` their safety."""

    title: Line
    sensitive: bool = False
    personal_safety: bool = False


class Emergency(StrictModel):
    """Why a meeting is called at short notice: the critical incident by its id or code, and the reason. Rule F8."""

    critical_incident: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$", description="An id or code, no name of a person")
    ]
    reason: Line


class MeetingCreate(StrictModel):
    """A meeting to be planned."""

    purpose: Purpose
    topics: list[Topic] = Field(default_factory=list, max_length=200)
    place: Line | None = None
    place_kind: PlaceKind = PlaceKind.OTHER
    in_area: bool | None = Field(default=None, description="Whether the place lies in the forum's area, if known")
    starts_at: Moment
    duration_minutes: Duration = 120
    languages: list[Language] = Field(default_factory=list, max_length=20)
    interpreters: list[Language] = Field(default_factory=list, max_length=20)
    public: bool = True
    emergency: Emergency | None = None


class MeetingPatch(StrictModel):
    """What may change of a meeting that has not been held."""

    purpose: Purpose | None = None
    topics: list[Topic] | None = Field(default=None, max_length=200)
    place: Line | None = None
    place_kind: PlaceKind | None = None
    in_area: bool | None = None
    starts_at: Moment | None = None
    duration_minutes: Duration | None = None
    languages: list[Language] | None = Field(default=None, max_length=20)
    interpreters: list[Language] | None = Field(default=None, max_length=20)
    state: Literal["planned"] | None = Field(default=None, description="Takes a postponed meeting up again")


class AttendanceIn(StrictModel):
    """One member's mark."""

    member_id: UUID
    status: Attendance


class PublicCount(StrictModel):
    """Members of the public who came, as a count: nobody is named. Rule F10."""

    sex: Literal["female", "male", "other"] | None = None
    age_band: Literal["0-11", "12-17", "18-29", "30-59", "60+"] | None = None
    minority_group: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    count: int = Field(ge=0, le=100_000)


class ClimateNote(StrictModel):
    """How the meeting felt, and what was noted of it: words on what happened, no names. Rule F17."""

    climate: Climate
    noted: Annotated[str, Field(min_length=1, max_length=2000)] | None = None


class MeetingHold(StrictModel):
    """What is recorded when a meeting has taken place."""

    held_at: Moment
    attendance: list[AttendanceIn] = Field(default_factory=list, max_length=500)
    public: list[PublicCount] = Field(default_factory=list, max_length=200)
    highest_police_rank: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    climate: ClimateNote | None = None


class MeetingCallOff(StrictModel):
    """A meeting that does not take place as planned."""

    state: Literal["postponed", "cancelled"]
    reason: Line


class MeetingView(View):
    """A meeting; attendance by name is a list of its own, for those inside.

    So are the cautions of its planning: they weigh closed meetings too.
    """

    id: UUID
    forum_id: UUID
    area: AreaCode
    purpose: Purpose
    topics: list[Topic]
    place: str | None
    place_kind: PlaceKind
    in_area: bool | None
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    duration_minutes: int
    languages: list[str]
    interpreters: list[str]
    public: bool
    emergency: Emergency | None
    state: MeetingState
    state_reason: str | None
    held_at: AwareDatetime | None
    members_present: int | None
    public_present: int | None
    highest_police_rank: str | None
    advisories: list[Advisory]
    version: int


class AttendanceView(View):
    """One member's mark."""

    member_id: UUID
    status: Attendance


class ClimateView(View):
    """The climate noted of a meeting, for those inside."""

    climate: Climate
    noted: str | None
