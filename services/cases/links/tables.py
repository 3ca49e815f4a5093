"""The table of concerns that cases stand for; row-level security lets who sees a case's file see its rows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.links.rules import Bucket


class CaseConcern(CasesTable, table=True):
    """That a case stands for a forum's concern, and what the forum was told last. A concern has one case at most."""

    __tablename__ = "case_concerns"

    concern_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_files.id", index=True)
    bucket: Bucket | None = Field(default=None, sa_column=Column(text_enum(Bucket)))
    linked_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    linked_by: str
