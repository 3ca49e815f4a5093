"""The replica's table."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.cases.base import CasesTable


class Area(CasesTable, table=True):
    """An area as the forum service last told of it, at the `position` of that event in its log."""

    __tablename__ = "areas"
    __table_args__ = (Index("areas_code_prefix", "code", postgresql_ops={"code": "text_pattern_ops"}),)

    code: str = Field(primary_key=True)
    boundary: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    closed_on: date | None = None
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
