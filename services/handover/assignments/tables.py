"""Assignments of advisors."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index, Text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME
from beatbook.kit.ids import new_id
from services.handover.base import HandoverTable


class Assignment(HandoverTable, table=True):
    """An advisor's assignment to an area; the advisor is known by the subject of their token. Rule H1."""

    __tablename__ = "assignments"
    __table_args__ = (Index("assignments_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    area: str = Field(sa_column=Column(Text, nullable=False))
    advisor: str = Field(sa_column=Column(Text, nullable=False))
    mandate: str = Field(sa_column=Column(Text, nullable=False))
    starts_on: date
    ends_on: date
    successor_id: UUID | None = Field(default=None, foreign_key="assignments.id")
    created_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    version: int = 1
