"""Reads of what stands on an agenda."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_, select

from beatbook.kit.db import AsyncSession
from services.forum.agenda.rules import Entry, EntryKind, Line, LineKind
from services.forum.agenda.tables import AgendaEntry, HeldAgenda, OwnItem

WAITING: ColumnElement[bool] = col(AgendaEntry.taken_up_in).is_(None)


async def on_agenda(
    session: AsyncSession,
    forum_id: UUID,
    at: datetime,
    *,
    received: ColumnElement[bool],
    settled_since: datetime | None = None,
    public_only: bool = False,
) -> Sequence[AgendaEntry]:
    """What stands by itself on the agenda of a meeting that begins at `at`.

    Minutes of earlier meetings; their decisions that are not settled (with `settled_since`: were not before it); and
    of what came from elsewhere what fits `received`.
    """
    settled: ColumnElement[bool] = col(AgendaEntry.settled_at).is_(None)
    if settled_since is not None:
        settled = or_(settled, col(AgendaEntry.settled_at) > settled_since)
    kind = col(AgendaEntry.kind)
    statement = select(AgendaEntry).where(
        AgendaEntry.forum_id == forum_id,
        or_(
            and_(kind == EntryKind.MINUTES, col(AgendaEntry.queued_at) < at),
            and_(kind == EntryKind.DECISION, col(AgendaEntry.queued_at) < at, settled),
            and_(kind.not_in([EntryKind.MINUTES, EntryKind.DECISION]), received),
        ),
    )
    if public_only:
        statement = statement.where(col(AgendaEntry.public))
    return (await session.exec(statement)).all()


def entry(row: AgendaEntry) -> Entry:
    """A row as the rules know it."""
    return Entry(
        row.kind, row.source_id, row.title, row.public, row.queued_at, row.due_on, row.taken_up_in is not None
    )  # fmt: skip


async def own_lines(session: AsyncSession, meeting_id: UUID) -> list[Line]:
    """A meeting's own items, in the secretary's order."""
    return [
        Line(LineKind.OWN, row.title, row.public, row.id, estimated_minutes=row.estimated_minutes)
        for row in await own_items(session, meeting_id)
    ]


async def own_items(session: AsyncSession, meeting_id: UUID) -> Sequence[OwnItem]:
    """The rows of a meeting's own items, in the secretary's order."""
    statement = select(OwnItem).where(OwnItem.meeting_id == meeting_id).order_by(col(OwnItem.position))
    return (await session.exec(statement)).all()


async def held_agenda(session: AsyncSession, meeting_id: UUID) -> HeldAgenda | None:
    """The agenda of a held meeting as it stood; None for one that was held before agendas were kept."""
    return await session.get(HeldAgenda, meeting_id)


async def entries_of(session: AsyncSession, kind: EntryKind, source_id: UUID) -> Sequence[AgendaEntry]:
    """Where a thing waits or waited, locked in one order for all."""
    statement = select(AgendaEntry).where(AgendaEntry.kind == kind, AgendaEntry.source_id == source_id)
    return (await session.exec(statement.order_by(col(AgendaEntry.id)).with_for_update())).all()


async def entries_among(
    session: AsyncSession, forum_id: UUID, kind: EntryKind, source_ids: Sequence[UUID]
) -> dict[UUID, AgendaEntry]:
    """A forum's entries of these things, by source."""
    statement = select(AgendaEntry).where(
        AgendaEntry.forum_id == forum_id, AgendaEntry.kind == kind, col(AgendaEntry.source_id).in_(source_ids)
    )
    return {row.source_id: row for row in (await session.exec(statement)).all()}


async def public_minutes_among(session: AsyncSession, source_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these minutes are published by now."""
    statement = select(AgendaEntry.source_id).where(
        AgendaEntry.kind == EntryKind.MINUTES,
        col(AgendaEntry.source_id).in_(source_ids),
        col(AgendaEntry.public),
    )
    return set((await session.exec(statement)).all())
