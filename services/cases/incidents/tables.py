"""Tables of incident intake.

Row-level security guards problems but not incidents: measured with `benchmarks/bulk_intake.py`, a second run of a file
took five times as long, since PostgreSQL looks up neither `split_part` nor LIKE in an index before a policy has judged
the row. Their one wall is `visible_to`. ARCHITECTURE 6.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index, SmallInteger, text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.reports.rules import ReporterKind


class Incident(CasesTable, table=True):
    """An incident, over before `occurred_until`. Its place and point never leave this database."""

    __tablename__ = "incidents"
    __table_args__ = (
        # a country's sources name their reports uniquely; another country's are not its business
        Index("incidents_once", text("split_part(area, '.', 1)"), "source", "external_id", unique=True),
        Index("incidents_area_month", "area", "month", postgresql_ops={"area": "text_pattern_ops"}),
    )

    id: UUID = Field(primary_key=True)
    source: str
    external_id: str
    area: str
    occurred_from: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    occurred_until: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    month: date
    longitude: float | None = None
    latitude: float | None = None
    place: str | None = None
    category: str
    reporter_kind: ReporterKind = Field(sa_column=Column(text_enum(ReporterKind), nullable=False))
    repeat_victim: bool
    weekday: int | None = Field(default=None, sa_column=Column(SmallInteger))
    """By the source's clock, Monday 0 to Sunday 6; None when only a month or a longer span is known."""
    hour: int | None = Field(default=None, sa_column=Column(SmallInteger))
    """By the source's clock, 0 to 23; None when no hour is known."""
    local_category: str | None = None
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))


class IncidentBatch(CasesTable, table=True):
    """A batch of an import that was taken: what lets an interrupted import go on where it stopped."""

    __tablename__ = "incident_batches"

    import_id: str = Field(primary_key=True)
    batch: int = Field(primary_key=True)
    root: str
    source: str
    added: int
    already: int
    refused: int
    recorded_by: str
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
