"""Consultations, the groups asked, and what was found."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.consultations.rules import ConsultationState, Group, Way


class Consultation(ForumTable, table=True):
    """People were asked outside a meeting: counts only, nobody is named. Rule F21."""

    __tablename__ = "consultations"
    __table_args__ = (
        Index("consultations_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),
        Index("consultations_forum", "forum_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    forum_id: UUID = Field(foreign_key="forums.id")
    area: str
    topic: str
    how: Way = Field(sa_column=Column(text_enum(Way), nullable=False))
    held_on: date
    place: str | None = None
    organisation: str
    role: str
    state: ConsultationState = Field(sa_column=Column(text_enum(ConsultationState), nullable=False))
    summary: str | None = None
    published_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    version: int = 1


class ConsultedGroup(ForumTable, table=True):
    """A group of which people were asked, by its code or as a minority group of the area. Rule F21."""

    __tablename__ = "consulted_groups"

    consultation_id: UUID = Field(primary_key=True, foreign_key="consultations.id")
    number: int = Field(primary_key=True)
    group: Group | None = Field(default=None, sa_column=Column("group_code", text_enum(Group)))
    minority_group: str | None = None
    people: int


class Finding(ForumTable, table=True):
    """What was found, and the concern that it became. Rule F21."""

    __tablename__ = "consultation_findings"

    consultation_id: UUID = Field(primary_key=True, foreign_key="consultations.id")
    number: int = Field(primary_key=True)
    text: str
    concern_id: UUID | None = Field(default=None, foreign_key="concerns.id")
