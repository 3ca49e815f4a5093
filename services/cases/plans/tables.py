"""What of community safety plans falls due: ids, dates and codes; what is to be done is sealed in the case."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.plans.rules import ItemKind, ItemState


class PlanItem(CasesTable, table=True):
    """A task or review of a plan; `reminded_at`: when the clock told that its day had passed. Rule C6."""

    __tablename__ = "plan_items"
    __table_args__ = (
        Index("plan_items_waiting", "due_on", postgresql_where=text("state = 'open' and reminded_at is null")),
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_files.id", index=True)
    kind: ItemKind = Field(sa_column=Column(text_enum(ItemKind), nullable=False))
    due_on: date
    agency: str | None = None
    state: ItemState = Field(sa_column=Column(text_enum(ItemState), nullable=False))
    reminded_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
