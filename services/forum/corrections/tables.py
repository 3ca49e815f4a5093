"""Correction notices and their published versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.corrections.rules import CorrectionState, Subject


class Correction(ForumTable, table=True):
    """A notice as those inside see it; what the public sees are its versions. Rule F16."""

    __tablename__ = "corrections"
    __table_args__ = (
        Index("corrections_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),
        Index("corrections_forum", "forum_id", "id"),
        Index("corrections_about", "about_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    forum_id: UUID = Field(foreign_key="forums.id")
    area: str
    state: CorrectionState = Field(sa_column=Column(text_enum(CorrectionState), nullable=False))
    about: Subject = Field(sa_column=Column(text_enum(Subject), nullable=False))
    about_id: UUID | None = None
    about_area: str | None = None
    texts: dict[str, dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    sources: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    advisories: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    published: int = 0
    drafted_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    first_published_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    published_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    withdrawn_reason: str | None = None
    version: int = 1


class CorrectionVersion(ForumTable, table=True):
    """One published version: never changed, each naming the one it revises and its hash. Rule F16."""

    __tablename__ = "correction_versions"

    correction_id: UUID = Field(primary_key=True, foreign_key="corrections.id")
    number: int = Field(primary_key=True)
    revises: int | None = None
    reason: str | None = None
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    sha256: str
    published_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
