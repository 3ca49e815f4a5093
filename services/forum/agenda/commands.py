"""Queueing for the next agenda: called by the features that hand something to a forum, in their own transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import and_, col, delete

from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.ids import new_id
from services.forum.agenda import queries
from services.forum.agenda.rules import EntryKind, compose
from services.forum.agenda.tables import AgendaEntry, HeldAgenda
from services.forum.forums.queries import forum_by_id
from services.forum.forums.tables import Forum


async def queue(
    session: AsyncSession,
    now: datetime,
    *,
    forum_id: UUID,
    kind: EntryKind,
    source_id: UUID,
    title: str,
    public: bool,
    due_on: date | None = None,
) -> None:
    """Put something on the forum's next agenda, once however often it is asked. Rules F6, F15.

    `now` is the moment from which on it waits: a meeting held before does not take it up.
    """
    statement = insert(AgendaEntry).values(
        id=new_id(), forum_id=forum_id, kind=kind, source_id=source_id, title=title, public=public, queued_at=now,
        due_on=due_on,
    )  # fmt: skip
    await session.exec(statement.on_conflict_do_nothing(index_elements=["forum_id", "kind", "source_id"]))


async def amend_entry(
    session: AsyncSession, *, forum_id: UUID, kind: EntryKind, source_id: UUID, **values: Any
) -> None:
    """Change what an entry says: its title, whether it is public, its due date, or when it was settled."""
    statement = update(AgendaEntry).where(
        col(AgendaEntry.forum_id) == forum_id,
        col(AgendaEntry.kind) == kind,
        col(AgendaEntry.source_id) == source_id,
    )
    await session.exec(statement.values(**values).execution_options(synchronize_session=False))


async def open_entry(session: AsyncSession, *, forum_id: UUID, kind: EntryKind, source_id: UUID) -> None:
    """Have everyone see an entry from now on; by plain SQL, since publishing waits for it."""
    connection = await driver_connection(session)
    await connection.execute(
        "update agenda_entries set public = true where forum_id = $1 and kind = $2 and source_id = $3",
        forum_id, kind.value, source_id,
    )  # fmt: skip


async def amend_source(session: AsyncSession, source_id: UUID, *, title: str, public: bool) -> None:
    """Change what every agenda where it waits says of a thing, however many forums it went to."""
    statement = update(AgendaEntry).where(
        col(AgendaEntry.source_id) == source_id, col(AgendaEntry.taken_up_in).is_(None)
    )
    await session.exec(
        statement.values(title=title, public=public).execution_options(synchronize_session=False)
    )  # fmt: skip


async def queue_below(
    session: AsyncSession, now: datetime, *, area: str, kind: EntryKind, source_id: UUID, title: str, public: bool
) -> int:
    """Put something on the next agenda of every forum in the areas below, once; how many they are. Rule F15."""
    below = select(
        func.gen_random_uuid(),
        col(Forum.id),
        literal(kind.value),
        literal(source_id),
        literal(title),
        literal(public),
        literal(now),
    ).where(col(Forum.area).startswith(area + ".", autoescape=True))
    columns = ["id", "forum_id", "kind", "source_id", "title", "public", "queued_at"]
    statement = insert(AgendaEntry).from_select(columns, below)
    statement = statement.on_conflict_do_nothing(index_elements=["forum_id", "kind", "source_id"])
    return (await session.exec(statement)).rowcount


async def take_up(
    session: AsyncSession, *, forum_id: UUID, meeting_id: UUID, held_at: datetime, topics: Sequence[str]
) -> None:
    """Have a meeting that was held take up what waited for it, and keep its agenda as it stood. Rules F6, F9, F15.

    What began to wait after the meeting stays for the next one. Each entry is taken up by one meeting only: of two at
    once, the second waits for the first and finds it taken.
    """
    await forum_by_id(session, forum_id, locked=True)
    rows = await queries.on_agenda(
        session,
        forum_id,
        held_at,
        received=and_(queries.WAITING, col(AgendaEntry.queued_at) <= held_at),
        settled_since=held_at,
    )
    own = await queries.own_lines(session, meeting_id)
    lines = compose([queries.entry(row) for row in rows], topics, own, held_at.date())
    session.add(HeldAgenda(meeting_id=meeting_id, lines=[_frozen(asdict(line)) for line in lines]))
    for row in rows:
        if row.kind is not EntryKind.DECISION and row.taken_up_in is None:
            row.taken_up_in = meeting_id


def _frozen(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "id": line["id"] and str(line["id"]), "due_on": line["due_on"] and line["due_on"].isoformat()}


async def queue_all(
    session: AsyncSession,
    now: datetime,
    *,
    kind: EntryKind,
    entries: Sequence[tuple[UUID, UUID, str]],
    public: bool,
) -> None:
    """Put many things on their forums' next agendas by one statement: (forum, source, title) of each. Rule F17."""
    if not entries:
        return
    statement = insert(AgendaEntry).values(
        [
            {"id": new_id(), "forum_id": forum_id, "kind": kind, "source_id": source_id, "title": title,
             "public": public, "queued_at": now}
            for forum_id, source_id, title in entries
        ]
    )  # fmt: skip
    await session.exec(statement.on_conflict_do_nothing(index_elements=["forum_id", "kind", "source_id"]))


async def withdraw_all(session: AsyncSession, *, kind: EntryKind, source_ids: Sequence[UUID]) -> None:
    """Take off the next agendas what has gone before any meeting took it up. Rule F17."""
    await session.exec(
        delete(AgendaEntry).where(
            col(AgendaEntry.kind) == kind,
            col(AgendaEntry.source_id).in_(source_ids),
            col(AgendaEntry.taken_up_in).is_(None),
        )
    )
