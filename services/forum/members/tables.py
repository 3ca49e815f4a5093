"""Seats."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.members.rules import SeatKind, SeatRole, Sector


class Member(ForumTable, table=True):
    """A seat, taken by a person or a body for one term; `renews` is the term before. Rule F2."""

    __tablename__ = "members"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    forum_id: UUID = Field(foreign_key="forums.id", index=True)
    kind: SeatKind = Field(sa_column=Column(text_enum(SeatKind), nullable=False))
    name: str
    organisation: str | None = None
    sector: Sector = Field(sa_column=Column(text_enum(Sector), nullable=False))
    role: SeatRole = Field(sa_column=Column(text_enum(SeatRole), nullable=False))
    sex: str | None = None
    age_band: str | None = None
    minority_group: str | None = None
    minority_stated_on: date | None = None
    term_start: date
    term_end: date | None = None
    renews: UUID | None = Field(default=None, foreign_key="members.id", unique=True)
    seated_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    version: int = 1


class RoleSpan(ForumTable, table=True):
    """The role of a seat from a day on, until the next one. Rule F2."""

    __tablename__ = "seat_roles"

    member_id: UUID = Field(primary_key=True, foreign_key="members.id")
    since: date = Field(primary_key=True)
    role: SeatRole = Field(sa_column=Column(text_enum(SeatRole), nullable=False))
    recorded_on: date
