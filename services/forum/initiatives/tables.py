"""Initiatives, what is reported of them, and the places of a safe house network."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.initiatives.rules import InitiativeKind, InitiativeState, Outcome


class Initiative(ForumTable, table=True):
    """An initiative that a forum stands behind, in its area or a part of it. Rule F18."""

    __tablename__ = "initiatives"
    __table_args__ = (
        Index("initiatives_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),
        Index("initiatives_forum", "forum_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    forum_id: UUID = Field(foreign_key="forums.id")
    area: str = Field(foreign_key="areas.code")
    kind: InitiativeKind = Field(sa_column=Column(text_enum(InitiativeKind), nullable=False))
    name: str
    aim: str
    public: bool
    state: InitiativeState = Field(sa_column=Column(text_enum(InitiativeState), nullable=False))
    state_reason: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    started_on: date | None = None
    ended_on: date | None = None
    partners: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    written_rules: str | None = None
    reporting_only: bool
    supervisor: dict[str, str] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    outcome: Outcome | None = Field(default=None, sa_column=Column(text_enum(Outcome)))
    result: str | None = None
    reached: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    reached_shown: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    """Of these, the people in reports whose own count the public is shown. Rule K8."""
    proposed_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    version: int = 1


class InitiativeReport(ForumTable, table=True):
    """What was noted of a running initiative, and how many people it reached. Rule F18."""

    __tablename__ = "initiative_reports"
    __table_args__ = (Index("initiative_reports_of", "initiative_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    initiative_id: UUID = Field(foreign_key="initiatives.id")
    happened_on: date
    reached: int
    text: str
    noted_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))


class SafePlace(ForumTable, table=True):
    """A place of a safe house network: in a table of its own, so that no view of an initiative holds it. Rule F18."""

    __tablename__ = "safe_places"
    __table_args__ = (Index("safe_places_of", "initiative_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    initiative_id: UUID = Field(foreign_key="initiatives.id")
    name: str
    address: str
    note: str
