"""The table of restorative meetings. Contacts are the people's own, sealed one by one; none is here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.conferences.rules import MeetingState, StoppedBy


class Conference(CasesTable, table=True):
    """The meeting of a case; `is_safe` is what the safety screen found. Seen by whoever sees the case's file."""

    __tablename__ = "conferences"

    case_id: UUID = Field(primary_key=True, foreign_key="case_files.id")
    state: MeetingState = Field(sa_column=Column(text_enum(MeetingState), nullable=False))
    victim_id: UUID
    responsible_id: UUID
    facilitator: str
    starts_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    sealed_place: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    screened_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    screened_by: str | None = None
    is_safe: bool | None = None
    sealed_screening: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    stopped_by: StoppedBy | None = Field(default=None, sa_column=Column(text_enum(StoppedBy)))
    sealed_result: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
