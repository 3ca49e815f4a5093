"""Legal holds on cases. Rule C16."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.retention.rules import HoldCode


class CaseHold(CasesTable, table=True):
    """That a case may not be expunged: why, since when and by whom, until it was released."""

    __tablename__ = "case_holds"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_files.id", index=True)
    code: HoldCode = Field(sa_column=Column(text_enum(HoldCode), nullable=False))
    placed_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    placed_by: str
    released_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    released_by: str | None = None
