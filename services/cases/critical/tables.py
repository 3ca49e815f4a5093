"""Tables of critical incidents: each row is seen by whoever sees the case's file. Decision 0032."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.cases.base import CasesTable
from services.cases.critical.rules import Command, Effect, RiskState, State


class CriticalIncident(CasesTable, table=True):
    """A critical incident; `id` is its case file's. `review_told_at`: when it was told that the review is overdue."""

    __tablename__ = "critical_incidents"
    __table_args__ = (
        Index("critical_incidents_area", "area", postgresql_ops={"area": "text_pattern_ops"}),
        Index(
            "critical_incidents_review",
            "review_due_at",
            postgresql_where=text("state = 'declared' and review_told_at is null"),
        ),
    )

    id: UUID = Field(primary_key=True, foreign_key="case_files.id")
    area: str
    state: State = Field(sa_column=Column(text_enum(State), nullable=False))
    incident_id: UUID | None = None
    sealed_title: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_concepts: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    declared_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    declared_by: str
    review_due_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    review_told_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    stood_down_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    stood_down_by: str | None = None
    sealed_stand_down: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    version: int = 1


class CriticalCommand(CasesTable, table=True):
    """Who held a command role from when to when; the database holds that one person at a time does."""

    __tablename__ = "critical_commands"
    __table_args__ = (
        Index(
            "critical_commands_one", "case_id", "role", text("coalesce(function, '')"), unique=True,
            postgresql_where=text("until_at is null"),
        ),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="critical_incidents.id", index=True)
    role: Command = Field(sa_column=Column(text_enum(Command), nullable=False))
    function: str | None = None
    subject: str
    from_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    until_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))


class CriticalImpact(CasesTable, table=True):
    """A version of the community impact assessment; `worst` is the deepest effect in it."""

    __tablename__ = "critical_impacts"

    case_id: UUID = Field(primary_key=True, foreign_key="critical_incidents.id")
    number: int = Field(primary_key=True)
    assessed_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    assessed_by: str
    review_due_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    worst: Effect = Field(sa_column=Column(text_enum(Effect), nullable=False))
    sealed_communities: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CriticalRisk(CasesTable, table=True):
    """A risk as it stood from one change to the next: the highest version is how it stands now."""

    __tablename__ = "critical_risks"

    case_id: UUID = Field(primary_key=True, foreign_key="critical_incidents.id")
    number: int = Field(primary_key=True)
    version: int = Field(primary_key=True)
    likelihood: int
    impact: int
    state: RiskState = Field(sa_column=Column(text_enum(RiskState), nullable=False))
    owner: str
    sealed_words: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    written_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    written_by: str


class CriticalDecision(CasesTable, table=True):
    """An entry of the decision log; the service's role may neither change nor delete one."""

    __tablename__ = "critical_decisions"

    case_id: UUID = Field(primary_key=True, foreign_key="critical_incidents.id")
    number: int = Field(primary_key=True)
    corrects: int | None = None
    decided_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    decided_by: str
    sealed_words: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
