"""The table of programmes: each version once, and never changed. No row-level security: they are law, and of nobody."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.programmes.rules import ProgrammeKind


class Programme(CasesTable, table=True):
    """A version of a programme's rules in a country, with the SHA-256 of their canonical JSON. Rule C8."""

    __tablename__ = "programmes"
    __table_args__ = (UniqueConstraint("area", "code", "version"),)

    id: UUID = Field(primary_key=True)
    area: str
    code: str
    version: int
    kind: ProgrammeKind = Field(sa_column=Column(text_enum(ProgrammeKind), nullable=False))
    valid_from: date
    valid_to: date | None = None
    rules: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    sha256: str
    loaded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    loaded_by: str
