"""What waits for a forum's next agenda."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.agenda.rules import EntryKind
from services.forum.base import ForumTable


class AgendaEntry(ForumTable, table=True):
    """Something queued for a forum's next meeting, until one was held that took it up. Rules F6, F15."""

    __tablename__ = "agenda_entries"
    __table_args__ = (
        UniqueConstraint("forum_id", "kind", "source_id"),
        Index("agenda_entries_waiting", "forum_id", "id", postgresql_where=text("taken_up_in is null")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    forum_id: UUID = Field(foreign_key="forums.id")
    kind: EntryKind = Field(sa_column=Column(text_enum(EntryKind), nullable=False))
    source_id: UUID
    title: str
    public: bool
    queued_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    taken_up_in: UUID | None = Field(default=None, foreign_key="meetings.id")
