"""Supervisors' tasks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.cases.base import CasesTable
from services.cases.tasks.rules import Outcome, TaskKind


class Task(CasesTable, table=True):
    """Something for the supervisors of an area: at most one open of a kind about a thing."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("tasks_open", "about_id", "kind", unique=True, postgresql_where=text("closed_at is null")),
        Index("tasks_about", "about_id", "kind"),
        Index("tasks_area", "area", "id", postgresql_ops={"area": "text_pattern_ops"}),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    area: str
    kind: TaskKind = Field(sa_column=Column(text_enum(TaskKind), nullable=False))
    about: str
    about_id: UUID
    is_urgent: bool = False
    due_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    given_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    given_by: str
    outcome: Outcome | None = Field(default=None, sa_column=Column(text_enum(Outcome)))
    closed_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    closed_by: str | None = None
    version: int = 1
