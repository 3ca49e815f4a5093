"""The facts that indicators are made of, counted for every tier at once."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity
from sqlmodel import Field

from services.kpi.base import KpiTable


class FactCell(KpiTable, table=True):
    """How often something happened in an area, its parts included, in a month. Rule K2.

    `month` is its first day; `category` an ICCS code or empty; the count is part of figures from `counts_from` on.
    """

    __tablename__ = "facts"

    measure: str = Field(primary_key=True)
    area: str = Field(primary_key=True)
    month: date = Field(primary_key=True)
    category: str = Field(primary_key=True)
    counts_from: date = Field(primary_key=True)
    count: int = Field(sa_column=Column(BigInteger, nullable=False))


class Decision(KpiTable, table=True):
    """A decision as last heard of, so that a change can take back what was counted before. Rule F13."""

    __tablename__ = "decisions"

    decision_id: UUID = Field(primary_key=True)
    area: str
    due_on: date | None = None
    outcome: str | None = None
    on_time: bool | None = None


class ChangedCell(KpiTable, table=True):
    """A cell whose figure is to be published anew; kept apart from the facts, since a rebuild makes other marks."""

    __tablename__ = "changed_cells"

    seq: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    measure: str
    area: str
    month: date


class Maturity(KpiTable, table=True):
    """One row: up to which day cells that begin to count by the calendar have been marked as changed."""

    __tablename__ = "maturity"

    single: bool = Field(primary_key=True, default=True)
    through: date
