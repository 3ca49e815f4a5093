"""Posts."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.posts.rules import PostKind


class Post(ForumTable, table=True):
    """An officer or a team assigned to an area from one date to another. Rule A5.

    `reference` is the officer's service number or the team's name; `officer_name` only where people need it.
    """

    __tablename__ = "posts"
    __table_args__ = (Index("posts_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    area: str = Field(foreign_key="areas.code")
    kind: PostKind = Field(sa_column=Column(text_enum(PostKind), nullable=False))
    reference: str
    officer_name: str | None = None
    starts_on: date
    ends_on: date | None = None
    advisories: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    version: int = 1
