"""Tables of case files.

Row-level security on them is a second wall behind `rules.part_of`, which says the same; the tables of each kind of case
let a row be seen by whoever sees its file. Decision 0032.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.files.rules import Finding, Kind


class CaseFile(CasesTable, table=True):
    """What every case has; `outcome`: the code it ended with.

    `agency`: whom a referral is sent to; `shared`: the fields (`rules.Field`) it may read now.
    `hold` is the code of a legal hold; `keep_until` the last day it is kept, after
    `kept_months` where the law that it was decided under says so; `expunged_at` when its key was destroyed.
    `agency`: whom a referral is sent to; `shared`: the fields (`rules.Field`) it may read
    until `shared_until`.
    `hold` is the code of a legal hold; `keep_until` the last day it is kept; `expunged_at` when its key was destroyed.
    """

    __tablename__ = "case_files"
    __table_args__ = (
        Index("case_files_area", "area", postgresql_ops={"area": "text_pattern_ops"}),
        Index("case_files_team", "team", postgresql_using="gin"),
        Index("case_files_agency", "agency"),
        Index("case_files_keep_until", "keep_until", postgresql_where=text("expunged_at is null")),
        Index("case_files_expunged", "expunged_at", postgresql_where=text("expunged_at is not null")),
    )

    id: UUID = Field(primary_key=True)
    kind: Kind = Field(sa_column=Column(text_enum(Kind), nullable=False))
    area: str
    supervisor: str | None = Field(default=None, index=True)
    team: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    agency: str | None = None
    shared: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    shared_until: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    opened_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    opened_by: str
    closed_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    outcome: str | None = None
    hold: str | None = None
    keep_until: date | None = None
    kept_months: int | None = None
    expunged_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    retention_version: int = 1


class CaseKey(CasesTable, table=True):
    """The key of a case, wrapped under a key-encryption key that is not in the database. Rules C13, C16."""

    __tablename__ = "case_keys"

    case_id: UUID = Field(primary_key=True, foreign_key="case_files.id")
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CaseOpening(CasesTable, table=True):
    """That someone broke the glass of a case, until when it stays open to them, and what was found of it. Rule C14.

    Kind, area and supervisor are the case's when it was opened: those who review it may be unable to see the case.
    """

    __tablename__ = "case_openings"
    __table_args__ = (
        Index("case_openings_subject", "subject", "case_id"),
        Index("case_openings_area", "area", "id", postgresql_ops={"area": "text_pattern_ops"}),
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_files.id", index=True)
    kind: Kind = Field(sa_column=Column(text_enum(Kind), nullable=False))
    area: str
    supervisor: str | None
    subject: str
    sealed_reason: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    opened_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    finding: Finding | None = Field(default=None, sa_column=Column(text_enum(Finding)))
    sealed_note: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    reviewed_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    reviewed_by: str | None = None
    version: int = 1
