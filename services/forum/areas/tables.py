"""The register's table."""

from datetime import date
from typing import Any

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.contracts.areas import Tier
from beatbook.kit.db import text_enum
from services.forum.base import ForumTable


class Area(ForumTable, table=True):
    """An area of the register; `code` is its path. Rules A1, A2, A2a."""

    __tablename__ = "areas"
    __table_args__ = (
        Index("areas_code_prefix", "code", postgresql_ops={"code": "text_pattern_ops"}),
        Index("areas_source_code", "source_code"),
    )

    code: str = Field(primary_key=True)
    tier: Tier = Field(sa_column=Column(text_enum(Tier), nullable=False))
    parent: str | None = Field(default=None, foreign_key="areas.code", index=True)
    source_code: str
    names: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    external_codes: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    languages: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    population: int | None = None
    population_bands: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    minority_groups: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    boundary: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    valid_from: date
    valid_to: date | None = None
    successors: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    version: int = 1
