"""Tables of incident intake.

Row-level security guards problems but not incidents: measured with `benchmarks/bulk_intake.py`, a second run of a file
took five times as long, since PostgreSQL looks up neither `split_part` nor LIKE in an index before a policy has judged
the row. Their one wall is `visible_to`. ARCHITECTURE 6.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, ForeignKeyConstraint, Index, SmallInteger, text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.reports.rules import ReporterKind
from services.cases.reports.unfit import Reason


class Incident(CasesTable, table=True):
    """An incident, over before `occurred_until`. Its place and point never leave this database."""

    __tablename__ = "incidents"
    __table_args__ = (
        # a country's sources name their reports uniquely; another country's are not its business
        Index("incidents_once", text("split_part(area, '.', 1)"), "source", "external_id", unique=True),
        Index("incidents_urgent", "id", postgresql_where=text("is_urgent")),
        Index("incidents_category", "category", "month", postgresql_ops={"category": "text_pattern_ops"}),
        Index("incidents_occurred", "occurred_from"),
        Index("incidents_place", "place", "id", postgresql_where=text("place is not null")),
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
    is_urgent: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    """Raised by what is noted of it, such as bias; never lowered."""
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))


class IncidentBatch(CasesTable, table=True):
    """A batch of an import that was taken: what lets an interrupted import go on where it stopped."""

    __tablename__ = "incident_batches"
    __table_args__ = (Index("incident_batches_refused", "recorded_at", postgresql_where=text("refused > 0")),)

    root: str = Field(primary_key=True)
    import_id: str = Field(primary_key=True)
    batch: int = Field(primary_key=True)
    source: str
    category_table: str | None = None
    """Name and version of the table that its categories were read by."""
    digest: bytes | None = None
    """SHA-256 of its rows and how they were read, when the service cut it from a stream."""
    added: int
    already: int
    refused: int
    recorded_by: str
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))


class IncidentRefusal(CasesTable, table=True):
    """A row that was not taken, until its batch is sent again or a month has passed: no word of the row, but its id."""

    __tablename__ = "incident_refusals"
    __table_args__ = (
        ForeignKeyConstraint(
            ["root", "import_id", "batch"],
            ["incident_batches.root", "incident_batches.import_id", "incident_batches.batch"],
            ondelete="CASCADE",
        ),
    )

    root: str = Field(primary_key=True)
    import_id: str = Field(primary_key=True)
    batch: int = Field(primary_key=True)
    row: int = Field(primary_key=True)
    """Its index in the batch, from 0."""
    line: int | None = Field(default=None, sa_column=Column(BigInteger))
    """Of the file on which it begins, from 1, when it came in a stream."""
    external_id: str | None = None
    reason: Reason = Field(sa_column=Column(text_enum(Reason), nullable=False))
    detail: str
