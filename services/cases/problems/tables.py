"""Tables of problem-solving cases.

What is written is sealed under the case's key; category, phase, dates and numbers are plain, and outlive the key.
Area, supervisor and team are the case file's. Row-level security lets a row be seen by whoever sees its file.
Decisions 0032, 0033.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.problems.rules import Phase


class Problem(CasesTable, table=True):
    """Where a case stands, and what was written in it so far (`rules.Parts`)."""

    __tablename__ = "problems"

    id: UUID = Field(primary_key=True, foreign_key="case_files.id")
    category: str | None = None
    phase: Phase = Field(sa_column=Column(text_enum(Phase), nullable=False))
    sealed_title: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_parts: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    figures: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    """Numbers, dates and codes of plan and assessment (`rules.figures`)."""
    version: int = 1


class ProblemMove(CasesTable, table=True):
    """A step from phase to phase, and why."""

    __tablename__ = "problem_moves"

    id: UUID = Field(primary_key=True)
    problem_id: UUID = Field(foreign_key="problems.id", index=True)
    origin: Phase = Field(sa_column=Column(text_enum(Phase), nullable=False))
    target: Phase = Field(sa_column=Column(text_enum(Phase), nullable=False))
    sealed_reason: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    moved_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    moved_by: str


class ProblemIncident(CasesTable, table=True):
    """An incident that a case is about. It may be deleted by its age while the case goes on: no foreign key."""

    __tablename__ = "problem_incidents"

    problem_id: UUID = Field(primary_key=True, foreign_key="problems.id")
    incident_id: UUID = Field(primary_key=True, index=True)
    linked_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    linked_by: str


class UnsealedProblem(CasesTable, table=True):
    """A case of before cases were sealed, with its moves, as JSON: waits for the worker, which alone sees it."""

    __tablename__ = "problems_unsealed"

    id: UUID = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
