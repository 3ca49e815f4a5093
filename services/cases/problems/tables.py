"""Tables of problem-solving cases.

Row-level security on both is a second wall behind `visible_to`: it knows the areas of the transaction's grants, neither
their roles nor who has a part in a case. ARCHITECTURE 6.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.problems.rules import Phase


class Problem(CasesTable, table=True):
    """A case: where it stands, who has a part in it, and its written parts as JSON (`rules.Parts`)."""

    __tablename__ = "problems"
    __table_args__ = (Index("problems_area", "area", postgresql_ops={"area": "text_pattern_ops"}),)

    id: UUID = Field(primary_key=True)
    area: str
    title: str
    category: str | None = None
    phase: Phase = Field(sa_column=Column(text_enum(Phase), nullable=False))
    supervisor: str | None = None
    team: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    parts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    opened_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    opened_by: str
    version: int = 1


class ProblemMove(CasesTable, table=True):
    """A step from phase to phase, and why."""

    __tablename__ = "problem_moves"

    id: UUID = Field(primary_key=True)
    problem_id: UUID = Field(foreign_key="problems.id", index=True)
    area: str
    origin: Phase = Field(sa_column=Column(text_enum(Phase), nullable=False))
    target: Phase = Field(sa_column=Column(text_enum(Phase), nullable=False))
    reason: str | None = None
    moved_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    moved_by: str
