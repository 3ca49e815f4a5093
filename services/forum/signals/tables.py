"""Warning signals of forums, and the order of a country's police ranks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.signals.rules import SignalCode


class WarningSignal(ForumTable, table=True):
    """A signal from the moment it was raised until its cause had gone: at most one of a code stands. Rule F17."""

    __tablename__ = "signals"
    __table_args__ = (
        Index("signals_standing", "forum_id", "code", unique=True, postgresql_where=text("cleared_at is null")),
        Index("signals_forum", "forum_id", "id"),
        Index("signals_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    forum_id: UUID = Field(foreign_key="forums.id")
    area: str
    code: SignalCode = Field(sa_column=Column(text_enum(SignalCode), nullable=False))
    evidence: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    evidence_as_of: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    raised_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    cleared_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    finding: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    version: int = 1


class RankScale(ForumTable, table=True):
    """A country's police ranks, the lowest first: a rank's place is its level. Rules F10, F17."""

    __tablename__ = "rank_scales"

    country: str = Field(primary_key=True, foreign_key="areas.code")
    ranks: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    version: int = 1
