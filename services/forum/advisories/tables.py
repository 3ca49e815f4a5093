"""Advisories given to forums."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.advisories.rules import About
from services.forum.base import ForumTable


class Advisory(ForumTable, table=True):
    """An advisory from the moment it was raised until its cause had gone: at most one open for a thing and code."""

    __tablename__ = "advisories"
    __table_args__ = (
        Index(
            "advisories_open", "about_id", "code", unique=True, postgresql_where=text("cleared_at is null")
        ),
        Index("advisories_standing", "code", postgresql_where=text("cleared_at is null")),
        Index("advisories_forum", "forum_id", "id"),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    forum_id: UUID = Field(foreign_key="forums.id")
    area: str
    about: About = Field(sa_column=Column(text_enum(About), nullable=False))
    about_id: UUID
    code: str
    text: str
    rule: str
    raised_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    cleared_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    note: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    version: int = 1
