"""Queueing for the next agenda: called by the features that hand something to a forum, in their own transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from beatbook.kit.db import AsyncSession
from beatbook.kit.ids import new_id
from services.forum.agenda.rules import EntryKind
from services.forum.agenda.tables import AgendaEntry


async def queue(
    session: AsyncSession, now: datetime, *, forum_id: UUID, kind: EntryKind, source_id: UUID, title: str, public: bool
) -> None:
    """Put something on the forum's next agenda, once however often it is asked. Rules F6, F15."""
    statement = insert(AgendaEntry).values(
        id=new_id(), forum_id=forum_id, kind=kind, source_id=source_id, title=title, public=public, queued_at=now
    )
    await session.exec(statement.on_conflict_do_nothing(index_elements=["forum_id", "kind", "source_id"]))
