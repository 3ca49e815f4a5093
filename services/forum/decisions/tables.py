"""Decisions."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.decisions.rules import DecisionKind, DecisionState, Method, StepKind
from services.forum.members.rules import Sector


class OverdueNotice(ForumTable, table=True):
    """That a decision was told of as overdue, by the due date it had then. Rule F13."""

    __tablename__ = "overdue_notices"

    decision_id: UUID = Field(primary_key=True, foreign_key="decisions.id")
    due_on: date = Field(primary_key=True)
    noticed_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))


class Decision(ForumTable, table=True):
    """A decision or request, from the meeting that made it to its end. Rules F12, F13."""

    __tablename__ = "decisions"
    __table_args__ = (
        Index("decisions_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),
        Index("decisions_open", "forum_id", "due_on", postgresql_where=text("state = 'open'")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    forum_id: UUID = Field(foreign_key="forums.id")
    area: str
    public: bool
    agenda_item: str
    text: str
    kind: DecisionKind = Field(sa_column=Column(text_enum(DecisionKind), nullable=False))
    owner: str
    owner_sector: Sector | None = Field(default=None, sa_column=Column(text_enum(Sector)))
    due_on: date | None = None
    method: Method = Field(sa_column=Column(text_enum(Method), nullable=False))
    votes: dict[str, int] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    dissent: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    affected_groups: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    chair_statement: str | None = None
    language: str
    translations: dict[str, dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    state: DecisionState = Field(sa_column=Column(text_enum(DecisionState), nullable=False))
    decided_on: date
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    closed_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    ended_on: date | None = None
    evidence: str | None = None
    reason: str | None = None
    alternative: str | None = None
    on_time: bool | None = None
    advisories: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    cascades: bool = False
    supersedes: UUID | None = Field(default=None, foreign_key="decisions.id", unique=True)
    minutes_id: UUID | None = Field(default=None, foreign_key="minutes.id")
    minutes_number: int | None = None
    """The first published version of the minutes that holds it."""
    version: int = 1


class DecisionStep(ForumTable, table=True):
    """What happened to a decision between its record and its end; never changed. Rule F13."""

    __tablename__ = "decision_steps"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    decision_id: UUID = Field(foreign_key="decisions.id", index=True)
    kind: StepKind = Field(sa_column=Column(text_enum(StepKind), nullable=False))
    text: str | None = None
    internal: bool = False
    due_from: date | None = None
    due_to: date | None = None
    meeting_id: UUID | None = Field(default=None, foreign_key="meetings.id")
    other_id: UUID | None = Field(default=None, foreign_key="decisions.id")
    noted_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
