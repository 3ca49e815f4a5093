"""Tables of tension monitoring: grades and codes, nobody's words and no name."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.cases.base import CasesTable
from services.cases.tension.rules import Indicator, Information, Source


class TensionReading(CasesTable, table=True):
    """A reading; one that was corrected or withdrawn counts no more, and stays. `week` is a Monday."""

    __tablename__ = "tension_readings"
    __table_args__ = (
        Index("tension_readings_area", "area", "id", postgresql_ops={"area": "text_pattern_ops"}),
        Index("tension_readings_week", "area", "week", postgresql_where=text("withdrawn_at is null")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    area: str
    week: date
    read_on: date
    indicator: Indicator = Field(sa_column=Column(text_enum(Indicator), nullable=False))
    level: int
    source: Source | None = Field(default=None, sa_column=Column(text_enum(Source)))
    information: Information | None = Field(default=None, sa_column=Column(text_enum(Information)))
    community: str | None = None
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    recorded_by: str
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    withdrawn_by: str | None = None
    replaced_by: UUID | None = None
    version: int = 1


class TensionWeek(CasesTable, table=True):
    """An area's week, made from its readings. `previous`: the level of the assessed week it is compared with.

    `told_at`: when its jump was told; that is done once, whatever readings come or go after.
    """

    __tablename__ = "tension_weeks"
    __table_args__ = (
        Index("tension_weeks_once", "area", "week", unique=True, postgresql_ops={"area": "text_pattern_ops"}),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    area: str
    week: date
    level: int | None = None
    readings: int = 0
    previous: int | None = None
    jumped: bool = False
    told_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
