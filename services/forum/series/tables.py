"""Series of meetings, and which meeting came of which day."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable


class Series(ForumTable, table=True):
    """A forum's recurring meetings; `starts_local` is by the clocks of `time_zone`. Rule F7."""

    __tablename__ = "series"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    forum_id: UUID = Field(foreign_key="forums.id", index=True)
    area: str
    rrule: str
    starts_local: datetime = Field(sa_column=Column(DateTime(timezone=False), nullable=False))
    time_zone: str
    duration_minutes: int
    meeting: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    excluded: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    last_day: date | None = None
    planned_until: date = Field(index=True)
    """Up to this day its meetings are planned."""
    created_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    version: int = 1


class SeriesMeeting(ForumTable, table=True):
    """The meeting that a series planned for a day; at another version than `meeting_version` people changed it."""

    __tablename__ = "series_meetings"

    series_id: UUID = Field(primary_key=True, foreign_key="series.id")
    day: date = Field(primary_key=True)
    meeting_id: UUID = Field(foreign_key="meetings.id", unique=True)
    meeting_version: int
