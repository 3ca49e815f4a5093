"""What waits for a forum's next agenda, what a secretary adds, and the agendas of meetings that were held."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.agenda.rules import EntryKind
from services.forum.base import ForumTable


class AgendaEntry(ForumTable, table=True):
    """Something queued for a forum's next meeting, until one was held that took it up. Rules F6, F15.

    A decision is not taken up: it stays until it is settled. Rule F13.
    """

    __tablename__ = "agenda_entries"
    __table_args__ = (
        UniqueConstraint("forum_id", "kind", "source_id"),
        Index(
            "agenda_entries_waiting",
            "forum_id",
            "id",
            postgresql_where=text("taken_up_in is null and settled_at is null"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    forum_id: UUID = Field(foreign_key="forums.id")
    kind: EntryKind = Field(sa_column=Column(text_enum(EntryKind), nullable=False))
    source_id: UUID
    title: str
    public: bool
    queued_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    due_on: date | None = None
    settled_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    taken_up_in: UUID | None = Field(default=None, foreign_key="meetings.id")


class OwnItem(ForumTable, table=True):
    """An item that a secretary added to a meeting's agenda. Rule F9."""

    __tablename__ = "own_agenda_items"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    position: int
    title: str
    public: bool
    estimated_minutes: int | None = None


class HeldAgenda(ForumTable, table=True):
    """The agenda of a meeting as it stood when it was held: never changed. Rule F9."""

    __tablename__ = "held_agendas"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meetings.id")
    lines: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
