"""Reads of agendas: those inside see every item, everyone else the public ones. Rules F9, F20."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import false
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from services.forum.agenda import queries as agenda
from services.forum.agenda.rules import EntryKind, Line, LineKind, compose
from services.forum.agenda.tables import AgendaEntry, HeldAgenda
from services.forum.business.schemas import AgendaItem, AgendaView
from services.forum.forums.rules import may_see_inside
from services.forum.meetings.queries import meeting_by_id, visible_to
from services.forum.meetings.rules import MeetingState
from services.forum.meetings.tables import Meeting


async def read_agenda(session: AsyncSession, actor: Actor, now: datetime, meeting_id: UUID) -> tuple[AgendaView, int]:
    """A meeting's agenda, as much of it as the actor may see, and the meeting's version; raises `NotFound`."""
    meeting = await meeting_by_id(session, actor, meeting_id)
    inside = may_see_inside(actor, meeting.area)
    held = await agenda.held_agenda(session, meeting_id)
    lines = (
        await _kept(session, meeting.forum_id, held)
        if held is not None
        else await _written(session, actor, now, meeting, inside)
    )
    shown = [line for line in lines if inside or line.public]
    items = [_item(number, line) for number, line in enumerate(shown, start=1)]
    return AgendaView(meeting_id=meeting_id, held=meeting.held_at is not None, items=items), meeting.version


async def _kept(session: AsyncSession, forum_id: UUID, held: HeldAgenda) -> list[Line]:
    """As it stood; but minutes published since then are public by now, and of a concern stands what may be said now."""
    lines = [Line(**{**line, "kind": LineKind(line["kind"]), "id": _uuid(line["id"])}) for line in held.lines]
    hidden = [line.id for line in lines if line.id and line.kind is LineKind.LAST_MINUTES and not line.public]
    published = await agenda.public_minutes_among(session, hidden) if hidden else set()
    raised = [line.id for line in lines if line.id and line.kind is LineKind.CONCERN]
    concerns = await agenda.entries_among(session, forum_id, EntryKind.CONCERN, raised) if raised else {}
    return [
        replace(line, public=True) if line.id in published
        else replace(line, title=concerns[line.id].title, public=concerns[line.id].public) if line.id in concerns
        else line
        for line in lines
    ]  # fmt: skip


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


async def _written(session: AsyncSession, actor: Actor, now: datetime, meeting: Meeting, inside: bool) -> list[Line]:
    """As it writes itself; a meeting held before agendas were kept shows what can be said of it."""
    at = meeting.held_at or meeting.starts_at
    if meeting.held_at is not None:
        received = col(AgendaEntry.taken_up_in) == meeting.id
    else:
        received = agenda.WAITING if await _is_next(session, actor, now, meeting) else false()
    rows = await agenda.on_agenda(
        session, meeting.forum_id, at, received=received, settled_since=meeting.held_at, public_only=not inside
    )
    today = meeting.held_at.date() if meeting.held_at is not None else now.date()
    topics: Sequence[dict[str, Any]] = meeting.topics
    own = await agenda.own_lines(session, meeting.id)
    return compose([agenda.entry(row) for row in rows], [topic["title"] for topic in topics], own, today)


async def _is_next(session: AsyncSession, actor: Actor, now: datetime, meeting: Meeting) -> bool:
    """Whether what waits goes on this meeting's agenda: no other one that the actor knows of comes before it.

    One whose start has passed without a record of it holds nothing up, and a cancelled one takes nothing up.
    """
    if meeting.state is MeetingState.CANCELLED:
        return False
    earlier = visible_to(select(Meeting), actor).where(
        Meeting.forum_id == meeting.forum_id,
        col(Meeting.state).in_([MeetingState.PLANNED, MeetingState.INVITED]),
        Meeting.starts_at >= now,
        Meeting.starts_at < meeting.starts_at,
    )
    return (await session.exec(earlier.limit(1))).first() is None


def _item(number: int, line: Line) -> AgendaItem:
    return AgendaItem(
        number=number,
        section=line.section,
        kind=line.kind,
        title=line.title,
        id=line.id,
        due_on=line.due_on,
        estimated_minutes=line.estimated_minutes,
    )
