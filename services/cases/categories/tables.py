"""Tables from sources' own categories to the ICCS, by country."""

from datetime import datetime

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME
from services.cases.base import CasesTable


class CategoryTable(CasesTable, table=True):
    """One version of a country's table; it never changes, so that it can be said what an import was read by."""

    __tablename__ = "category_tables"

    country: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    title: str
    categories: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    recorded_by: str
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
