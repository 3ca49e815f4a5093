"""Tables of victims' cases: each row is seen by whoever sees the case's file. Decision 0032."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.cases.base import CasesTable
from services.cases.victims.rules import Need, Topic


class Victim(CasesTable, table=True):
    """A victim's case; `id` is its case file's, `person_id` a person named in it."""

    __tablename__ = "victims"
    __table_args__ = (
        Index("victims_area", "area", postgresql_ops={"area": "text_pattern_ops"}),
        Index("victims_incident", "incident_id"),
    )

    id: UUID = Field(primary_key=True, foreign_key="case_files.id")
    area: str
    person_id: UUID | None = None
    incident_id: UUID | None = None
    wants_contact: bool = True
    wish_changed_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    opened_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    closed_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    version: int = 1


class VictimAssessment(CasesTable, table=True):
    """A version of what a victim needs: codes, and the words that explain them."""

    __tablename__ = "victim_assessments"

    case_id: UUID = Field(primary_key=True, foreign_key="victims.id")
    number: int = Field(primary_key=True)
    needs: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    protection: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    sealed_words: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    assessed_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    assessed_by: str


class VictimSupport(CasesTable, table=True):
    """That support was arranged for a need, by a referral where there is one."""

    __tablename__ = "victim_supports"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="victims.id", index=True)
    need: Need = Field(sa_column=Column(text_enum(Need), nullable=False))
    referral_id: UUID | None = None
    arranged_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    arranged_by: str


class VictimPromise(CasesTable, table=True):
    """A promise to tell a victim something by a day. `missed_at`: when the clock told that it was missed."""

    __tablename__ = "victim_promises"
    __table_args__ = (
        Index(
            "victim_promises_due", "due_on", "id", postgresql_where=text("kept_at is null and stopped_at is null")
        ),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="victims.id", index=True)
    area: str
    topic: Topic = Field(sa_column=Column(text_enum(Topic), nullable=False))
    due_on: date
    promised_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    promised_by: str
    kept_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    kept_by: str | None = None
    stopped_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    missed_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    version: int = 1
