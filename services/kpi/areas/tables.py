"""The replica of the register, as far as figures need it."""

from datetime import date

from sqlalchemy import Column, Index
from sqlmodel import Field

from beatbook.contracts.areas import Tier
from beatbook.kit.db import text_enum
from services.kpi.base import KpiTable


class Area(KpiTable, table=True):
    """An area as the forum service's events tell it; `population` counts residents. Rules A1, A2, K3."""

    __tablename__ = "areas"
    __table_args__ = (
        Index("areas_code_prefix", "code", postgresql_ops={"code": "text_pattern_ops"}),
        Index("areas_parent", "parent"),
    )

    code: str = Field(primary_key=True)
    tier: Tier = Field(sa_column=Column(text_enum(Tier), nullable=False))
    parent: str | None = None
    name: str
    population: int | None = None
    valid_to: date | None = None
