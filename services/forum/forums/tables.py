"""Forums and their rules of procedure."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.forums.rules import ForumKind


class Forum(ForumTable, table=True):
    """A forum of an area; `reports_to` is the general forum that takes up its results. Rules F1, F6, F14."""

    __tablename__ = "forums"
    __table_args__ = (Index("forums_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    area: str = Field(foreign_key="areas.code")
    kind: ForumKind = Field(sa_column=Column(text_enum(ForumKind), nullable=False))
    name: str
    interval_days: int
    triage_days: int
    notice_days: int
    time_zone: str
    languages: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    reports_to: UUID | None = Field(default=None, foreign_key="forums.id", index=True)
    template: str | None = None
    police_chair_until: date | None = None
    created_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    version: int = 1


class RulesProposal(ForumTable, table=True):
    """Rules that a template proposed: never in force by themselves, gone once some are adopted. Rule F4."""

    __tablename__ = "rules_proposals"

    forum_id: UUID = Field(primary_key=True, foreign_key="forums.id")
    text: str
    proposed_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))


class RulesOfProcedure(ForumTable, table=True):
    """One version of a forum's written rules. Rule F4."""

    __tablename__ = "rules_of_procedure"

    forum_id: UUID = Field(primary_key=True, foreign_key="forums.id")
    number: int = Field(primary_key=True)
    text: str
    adopted_on: date
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
