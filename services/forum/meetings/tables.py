"""Meetings and who came."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.meetings.rules import Attendance, Climate, MeetingState, PlaceKind, Purpose


class Meeting(ForumTable, table=True):
    """A meeting of a forum; `in_area`: whether its place is known to lie in the forum's area. Rules F7, F8, F10."""

    __tablename__ = "meetings"
    __table_args__ = (
        Index("meetings_forum_start", "forum_id", "starts_at", "id"),
        Index("meetings_start", "starts_at", "id"),
        Index("meetings_held", "forum_id", "held_at", "id", postgresql_where=text("state = 'held'")),
        Index("meetings_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    forum_id: UUID = Field(foreign_key="forums.id")
    area: str
    purpose: Purpose = Field(sa_column=Column(text_enum(Purpose), nullable=False))
    topics: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    place: str | None = None
    place_kind: PlaceKind = Field(sa_column=Column(text_enum(PlaceKind), nullable=False))
    in_area: bool | None = None
    starts_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    duration_minutes: int
    languages: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    interpreters: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    public: bool
    emergency: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    state: MeetingState = Field(sa_column=Column(text_enum(MeetingState), nullable=False))
    state_reason: str | None = None
    held_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    members_present: int | None = None
    public_present: int | None = None
    public_counts: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    highest_police_rank: str | None = None
    advisories: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    version: int = 1

    @property
    def ends_at(self) -> datetime:
        """When it is to end."""
        return self.starts_at + timedelta(minutes=self.duration_minutes)


class AttendanceMark(ForumTable, table=True):
    """Whether a member came to a meeting. Rule F10."""

    __tablename__ = "attendance"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meetings.id")
    member_id: UUID = Field(primary_key=True, foreign_key="members.id")
    status: Attendance = Field(sa_column=Column(text_enum(Attendance), nullable=False))


class MeetingClimate(ForumTable, table=True):
    """The climate noted of a held meeting; a meeting of which none was noted has no row. Rule F17."""

    __tablename__ = "meeting_climates"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meetings.id")
    climate: Climate = Field(sa_column=Column(text_enum(Climate), nullable=False))
    noted: str | None = None


class Postponement(ForumTable, table=True):
    """A date at which a meeting was to be held and was not: it outlives the meeting's new date. Rules F7, F17."""

    __tablename__ = "postponements"
    __table_args__ = (Index("postponements_forum", "forum_id", "starts_at"),)

    meeting_id: UUID = Field(primary_key=True, foreign_key="meetings.id")
    starts_at: datetime = Field(sa_column=Column(UTC_TIME, primary_key=True))
    forum_id: UUID = Field(foreign_key="forums.id")
