"""Request and answer shapes of incident intake."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.categories.schemas import TableName
from services.cases.reports.rules import ReporterKind
from services.cases.reports.unfit import Reason

BATCH_ROWS = 5000
Source = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._:-]+$", examples=["police.uk"])]
Zone = Annotated[
    ZoneInfo,
    Field(description="IANA time zone of the source's clocks, for times without an offset", examples=["Europe/London"]),
]
ImportId = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of what is imported, in hex")]


class IncidentCreate(StrictModel):
    """One report: when by month, day, moment or span; where by a point under a root, or by an area."""

    source: Source = "beatbook"
    external_id: str | None = Field(default=None, min_length=1, max_length=200)
    root: AreaCode | None = Field(default=None, description="The area in which the point is placed")
    area: AreaCode | None = None
    longitude: float | None = None
    latitude: float | None = None
    month: str | None = Field(default=None, max_length=10, examples=["2022-01"])
    occurred_at: str | None = Field(default=None, max_length=40, examples=["2022-01-31T14:05+01:00"])
    hour: int | None = Field(default=None, ge=0, le=23, description="Of occurred_at, when that is a day")
    occurred_from: str | None = Field(default=None, max_length=40)
    occurred_until: str | None = Field(default=None, max_length=40)
    category: str = Field(max_length=6, examples=["0801"])
    place: str | None = Field(default=None, max_length=200)
    reporter_kind: ReporterKind = ReporterKind.UNKNOWN
    repeat_victim: bool = False


class Sending(StrictModel):
    """Where rows come from, where they are placed, and how they are to be read."""

    root: AreaCode = Field(description="The area within which points and areas are looked for")
    source: Source
    zone: Zone | None = None
    categories: TableName | None = Field(
        default=None, description="The table that the source's own categories are in; without one they are ICCS codes"
    )


class BatchIn(Sending):
    """Up to 5,000 rows of an import; each row is judged by itself."""

    import_id: ImportId
    batch: int = Field(ge=0, le=1_000_000, description="The batch's number within the import, from 0")
    rows: list[Any] = Field(
        min_length=1,
        max_length=BATCH_ROWS,
        description="Objects with external_id, category, month | occurred_at and hour? | occurred_from and "
        "occurred_until, longitude and latitude | area | local_area, place?, reporter_kind?, repeat_victim?; "
        "values may be text",
    )


class RefusalView(View):
    """A row that was not taken; `row` is its index in the batch, from 0."""

    row: int
    external_id: str | None
    reason: Reason
    detail: str


@dataclass(frozen=True)
class IncidentFilter:
    """What incidents are asked for; None and empty mean all."""

    area: str | None = None
    category: str | None = None
    """An ICCS code: of a section or division it means all below."""
    month: date | None = None
    since: datetime | None = None
    until: datetime | None = None
    weekdays: Collection[int] = ()
    hours: Collection[int] = ()
    """Of the source's own clock."""
    place: str | None = None
    is_urgent: bool | None = None


class BatchReport(View):
    """What became of a batch's rows: recorded now, there before with the same content, refused."""

    added: int
    already: int
    refused: list[RefusalView]


class ImportRefusalView(RefusalView):
    """A row of an import that was not taken: in which batch, and on which line of the file when it was a stream."""

    batch: int
    line: int | None


class ImportReport(View):
    """What became of a stream's rows; the first of those refused, the others are at the import's refusals."""

    import_id: str
    rows: int
    added: int
    already: int
    refused: int
    refusals: list[ImportRefusalView]


class ImportView(View):
    """How far an import has come: the numbers of the batches of which every row was taken."""

    import_id: str
    batches: list[int]


class IncidentView(View):
    """An incident; it began at `occurred_from` and was over before `occurred_until`."""

    id: UUID
    source: str
    external_id: str
    area: AreaCode
    occurred_from: datetime
    occurred_until: datetime
    month: date
    longitude: float | None
    latitude: float | None
    place: str | None
    category: str
    reporter_kind: ReporterKind
    repeat_victim: bool
    weekday: int | None = Field(description="By the source's clock, Monday 0 to Sunday 6")
    hour: int | None = Field(description="By the source's clock, 0 to 23")
    local_category: str | None
    is_urgent: bool
    recorded_at: datetime
