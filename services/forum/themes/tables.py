"""Themes under which concerns are joined."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable


class ConcernTheme(ForumTable, table=True):
    """Like concerns that a forum deals with together; each names it by `theme_id` and keeps its own steps. Rule F15."""

    __tablename__ = "concern_themes"
    __table_args__ = (Index("concern_themes_forum", "forum_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    forum_id: UUID = Field(foreign_key="forums.id")
    area: str
    title: str
    joined_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    version: int = 1
