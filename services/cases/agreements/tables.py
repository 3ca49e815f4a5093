"""Tables of what was agreed. A row is seen by whoever sees the case's file."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.agreements.rules import Stage, TermState, WaiverReason
from services.cases.base import CasesTable
from services.cases.programmes.rules import TermKind


class DiversionTerm(CasesTable, table=True):
    """A term: what is to be done by when, `hours` of it, or an `amount` in the currency's smallest unit."""

    __tablename__ = "diversion_terms"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_files.id", index=True)
    kind: TermKind = Field(sa_column=Column(text_enum(TermKind), nullable=False))
    sealed_text: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hours: int | None = None
    amount: int | None = None
    due_on: date = Field(index=True)
    state: TermState = Field(sa_column=Column(text_enum(TermState), nullable=False))
    settled_on: date | None = None
    waived_for: WaiverReason | None = Field(default=None, sa_column=Column(text_enum(WaiverReason)))


class DiversionSession(CasesTable, table=True):
    """A session of a term: whether it was attended, and how many minutes count."""

    __tablename__ = "diversion_sessions"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_files.id", index=True)
    term_id: UUID = Field(foreign_key="diversion_terms.id", index=True)
    held_on: date
    attended: bool
    minutes: int


class DiversionWarning(CasesTable, table=True):
    """A warning about a term, and the day until which it gives time."""

    __tablename__ = "diversion_warnings"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_files.id", index=True)
    term_id: UUID = Field(foreign_key="diversion_terms.id", index=True)
    deadline_on: date
    sealed_text: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    warned_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    warned_by: str


class DiversionReminder(CasesTable, table=True):
    """That the clock has told of a term, of a stage and a day: once."""

    __tablename__ = "diversion_reminders"

    term_id: UUID = Field(primary_key=True, foreign_key="diversion_terms.id")
    stage: Stage = Field(sa_column=Column(text_enum(Stage), primary_key=True))
    on_day: date = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_files.id", index=True)
    told_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
