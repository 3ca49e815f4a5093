"""Trust levels."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.trust.rules import TrustLevel


class NotedTrust(ForumTable, table=True):
    """How far people of an area trusted their police on a day, and by which source. Rule F7."""

    __tablename__ = "trust_levels"
    __table_args__ = (Index("trust_levels_area", "area", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    area: str = Field(foreign_key="areas.code")
    level: TrustLevel = Field(sa_column=Column(text_enum(TrustLevel), nullable=False))
    measured_on: date
    source: str
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
