"""Consents, as versions that are added and never changed, but for being withdrawn."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.cases.base import CasesTable
from services.cases.consents.rules import Form, Giver


class GivenConsent(CasesTable, table=True):
    """What somebody agreed to, on which day and until when; `number` counts the versions of each giver."""

    __tablename__ = "consents"
    __table_args__ = (Index("consents_numbers", "case_id", "giver", "number", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_files.id")
    giver: Giver = Field(sa_column=Column(text_enum(Giver), nullable=False))
    number: int
    person_id: UUID | None = None
    purpose: str
    recipient: str
    categories: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    form: Form = Field(sa_column=Column(text_enum(Form), nullable=False))
    given_on: date
    until: date
    sealed_note: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    recorded_by: str
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    withdrawn_by: str | None = None
