"""Partner agencies and the memoranda of understanding with them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, INT4MULTIRANGE, JSONB, Range
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.cases.base import CasesTable
from services.cases.partners.rules import EndReason


class Agency(CasesTable, table=True):
    """An organisation that takes referrals; `code` is what its tokens name. Its contact is the organisation's.

    `open_minutes` is what `hours` come to in minutes of its local week, to be searched.
    """

    __tablename__ = "agencies"
    __table_args__ = (Index("agencies_areas", "areas", postgresql_using="gin"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(unique=True)
    name: str
    services: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    areas: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    languages: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    zone: str
    hours: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    open_minutes: list[Range[int]] = Field(sa_column=Column(INT4MULTIRANGE, nullable=False))
    contact: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    is_active: bool = True
    registered_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    registered_by: str
    version: int = 1


class SignedMemorandum(CasesTable, table=True):
    """A version of what was agreed with an agency: never changed, only ended, by its last day or before."""

    __tablename__ = "memoranda"
    __table_args__ = (Index("memoranda_numbers", "agency", "number", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    agency: str = Field(foreign_key="agencies.code")
    number: int
    replaces: UUID | None = Field(default=None, foreign_key="memoranda.id")
    services: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    areas: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    categories: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    starts_on: date
    ends_on: date
    signed_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    signed_by: str
    ended_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    end_reason: EndReason | None = Field(default=None, sa_column=Column(text_enum(EndReason)))
    version: int = 1
