"""The table of steps. A row is seen by whoever sees the case's file."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.diversion.rules import State
from services.cases.steps.rules import StepReason


class DiversionStep(CasesTable, table=True):
    """A step from state to state, and why."""

    __tablename__ = "diversion_steps"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_files.id", index=True)
    origin: State = Field(sa_column=Column(text_enum(State), nullable=False))
    target: State = Field(sa_column=Column(text_enum(State), nullable=False))
    reason: StepReason | None = Field(default=None, sa_column=Column(text_enum(StepReason)))
    sealed_text: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    moved_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    moved_by: str
