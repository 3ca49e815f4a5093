"""Request and answer shapes of meetings."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Moment
from services.forum.forums.schemas import Advisory
from services.forum.meetings.rules import Attendance, Climate, MeetingState, PlaceKind, Purpose

Line = Annotated[str, Field(min_length=1, max_length=500)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


class Topic(StrictModel):
    """Something to be spoken about; `sensitive` marks what divides or hurts people."""

    title: Line
    sensitive: bool = False


class MeetingCreate(StrictModel):
    """A meeting to be planned."""

    purpose: Purpose
    topics: list[Topic] = Field(default_factory=list, max_length=200)
    place: Line | None = None
    place_kind: PlaceKind = PlaceKind.OTHER
    starts_at: Moment
    languages: list[Language] = Field(default_factory=list, max_length=20)
    interpreters: list[Language] = Field(default_factory=list, max_length=20)
    public: bool = True


class MeetingPatch(StrictModel):
    """What may change of a meeting that has not been held."""

    topics: list[Topic] | None = Field(default=None, max_length=200)
    place: Line | None = None
    place_kind: PlaceKind | None = None
    starts_at: Moment | None = None
    languages: list[Language] | None = Field(default=None, max_length=20)
    interpreters: list[Language] | None = Field(default=None, max_length=20)
    state: Literal["planned", "invited"] | None = None


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
    """A meeting; attendance by name is a list of its own, for those inside."""

    id: UUID
    forum_id: UUID
    area: AreaCode
    purpose: Purpose
    topics: list[Topic]
    place: str | None
    place_kind: PlaceKind
    starts_at: AwareDatetime
    languages: list[str]
    interpreters: list[str]
    public: bool
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
