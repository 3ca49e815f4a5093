"""Trainings."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.trainings.rules import TrainingKind, TrainingState


class Training(ForumTable, table=True):
    """A training in an area, perhaps of one forum; people as counts. Rule F19."""

    __tablename__ = "trainings"
    __table_args__ = (Index("trainings_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    area: str = Field(foreign_key="areas.code")
    forum_id: UUID | None = Field(default=None, foreign_key="forums.id", index=True)
    kind: TrainingKind = Field(sa_column=Column(text_enum(TrainingKind), nullable=False))
    subject: str
    starts_on: date
    ends_on: date
    state: TrainingState = Field(sa_column=Column(text_enum(TrainingState), nullable=False))
    state_reason: str | None = None
    trainers: int
    trainers_trained: int
    participants: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    advisories: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    version: int = 1
