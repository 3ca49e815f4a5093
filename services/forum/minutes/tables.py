"""Minutes and their published versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.minutes.rules import MinutesState


class Minutes(ForumTable, table=True):
    """The one set of minutes of a meeting, open and closed items together. Rules F11, F11a."""

    __tablename__ = "minutes"
    __table_args__ = (Index("minutes_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    meeting_id: UUID = Field(foreign_key="meetings.id", unique=True)
    forum_id: UUID = Field(foreign_key="forums.id", index=True)
    area: str
    held_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    meeting_public: bool
    state: MinutesState = Field(sa_column=Column(text_enum(MinutesState), nullable=False))
    language: str
    items: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    results: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    public_attendees: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    approved_by: str | None = None
    approved_in: UUID | None = Field(default=None, foreign_key="meetings.id")
    published: int = 0
    version: int = 1


class MinutesVersion(ForumTable, table=True):
    """One published version: never changed, each naming the hash of the one before. Rule F11."""

    __tablename__ = "minutes_versions"
    __table_args__ = (Index("minutes_versions_published", "published_at", "minutes_id", "number"),)

    minutes_id: UUID = Field(primary_key=True, foreign_key="minutes.id")
    number: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    sha256: str
    published_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))


class MinutesRemark(ForumTable, table=True):
    """A remark that somebody inside the forum sent on circulated minutes. Rule F11."""

    __tablename__ = "minutes_remarks"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    minutes_id: UUID = Field(foreign_key="minutes.id", index=True)
    item: int | None = None
    text: str
    author: str
    minutes_version: int
    sent_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
