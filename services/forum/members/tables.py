"""Seats."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.members.rules import SeatRole, Sector


class Member(ForumTable, table=True):
    """A seat, taken by a person or a body from one date to another. Rule F2."""

    __tablename__ = "members"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    forum_id: UUID = Field(foreign_key="forums.id", index=True)
    name: str
    sector: Sector = Field(sa_column=Column(text_enum(Sector), nullable=False))
    role: SeatRole = Field(sa_column=Column(text_enum(SeatRole), nullable=False))
    sex: str | None = None
    age_band: str | None = None
    minority_group: str | None = None
    term_start: date
    term_end: date | None = None
    seated_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    version: int = 1
