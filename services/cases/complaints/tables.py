"""Tables of complaints: each row is seen by whoever sees the case's file, the oversight body. Decisions 0032, 0042."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.complaints.rules import Asking, Channel, Matter, Standing, State


class Complaint(CasesTable, table=True):
    """A complaint; `id` is its case file's, `area` that of the oversight body which has it.

    `acknowledge_told_at`, `decide_told_at`: when it was told that this is overdue.
    """

    __tablename__ = "complaints"
    __table_args__ = (
        Index("complaints_area", "area", postgresql_ops={"area": "text_pattern_ops"}),
        Index("complaints_received", "received_at"),
        Index("complaints_unacknowledged", "acknowledge_by",
              postgresql_where=text("state = 'received' and acknowledge_told_at is null")),
        Index("complaints_undecided", "decide_by", postgresql_where=text(
            "state in ('received', 'acknowledged', 'under_review') and decide_told_at is null")),
    )  # fmt: skip

    id: UUID = Field(primary_key=True, foreign_key="case_files.id")
    area: str
    channel: Channel = Field(sa_column=Column(text_enum(Channel), nullable=False))
    matter: Matter = Field(sa_column=Column(text_enum(Matter), nullable=False))
    standing: Standing = Field(sa_column=Column(text_enum(Standing), nullable=False))
    about_oversight: bool
    state: State = Field(sa_column=Column(text_enum(State), nullable=False))
    outcome: State | None = Field(default=None, sa_column=Column(text_enum(State)))
    receipt_sha256: str = Field(unique=True)
    sealed_words: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_sender: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_answer: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    received_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    acknowledge_by: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    decide_by: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    acknowledge_told_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    decide_told_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    acknowledged_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    decided_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    closed_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    version: int = 1


class ComplaintStep(CasesTable, table=True):
    """A step that the oversight body took, and its note."""

    __tablename__ = "complaint_steps"

    case_id: UUID = Field(primary_key=True, foreign_key="complaints.id")
    number: int = Field(primary_key=True)
    origin: State = Field(sa_column=Column(text_enum(State), nullable=False))
    target: State = Field(sa_column=Column(text_enum(State), nullable=False))
    taken_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    taken_by: str
    sealed_note: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class ComplaintAllowance(CasesTable, table=True):
    """An allowance that is not full; forgotten once it is, so that no trace of a network stays. Decision 0023."""

    __tablename__ = "complaint_allowances"

    asking: Asking = Field(sa_column=Column(text_enum(Asking), primary_key=True))
    whose: str = Field(primary_key=True)
    full_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False, index=True))
