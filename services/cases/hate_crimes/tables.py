"""Tables of hate crimes: codes only, so that nobody's words have to be kept secret."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.cases.base import CasesTable
from services.cases.hate_crimes.rules import Classification, NoteKind, Perceiver


class HateCrime(CasesTable, table=True):
    """An incident in which bias is perceived or indicated. The incident's category stays the base offence."""

    __tablename__ = "hate_crimes"
    __table_args__ = (
        Index("hate_crimes_area", "area", "incident_id", postgresql_ops={"area": "text_pattern_ops"}),
    )  # fmt: skip

    incident_id: UUID = Field(primary_key=True, foreign_key="incidents.id")
    area: str
    classification: Classification = Field(sa_column=Column(text_enum(Classification), nullable=False))
    flagged_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    version: int = 1


class HateCrimeNote(CasesTable, table=True):
    """Something noted about the bias; rules of the database refuse to change or delete it."""

    __tablename__ = "hate_crime_notes"
    __table_args__ = (Index("hate_crime_notes_incident", "incident_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    incident_id: UUID = Field(foreign_key="hate_crimes.incident_id")
    kind: NoteKind = Field(sa_column=Column(text_enum(NoteKind), nullable=False))
    perceived_by: Perceiver | None = Field(default=None, sa_column=Column(text_enum(Perceiver)))
    motivations: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    indicators: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    classification: Classification | None = Field(default=None, sa_column=Column(text_enum(Classification)))
    noted_by: str
    noted_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
