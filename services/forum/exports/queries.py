"""Rows of a forum's tables, a few hundred at a time, each through the door of its own feature."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select

from beatbook.contracts.actor import PUBLIC, Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.forum.concerns import queries as concerns
from services.forum.concerns.tables import Concern
from services.forum.decisions import queries as decisions
from services.forum.decisions.rules import is_overdue
from services.forum.decisions.tables import Decision
from services.forum.exports.rules import Audience, Table
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import may_manage, may_see_inside
from services.forum.forums.tables import Forum
from services.forum.meetings import queries as meetings
from services.forum.meetings.tables import AttendanceMark, Meeting
from services.forum.members.tables import Member
from services.forum.minutes.tables import Minutes

BATCH = 500
Rows = AsyncIterator[list[dict[str, Any]]]


async def exported_forum(
    session: AsyncSession, actor: Actor, forum_id: UUID, table: Table, audience: Audience
) -> Forum:
    """The forum whose table the actor may have; raises `NotFound`. Rules F10, F20."""
    forum = await forum_by_id(session, forum_id)
    if audience is Audience.INSIDE:
        may = may_manage if table is Table.MEMBERS else may_see_inside
        if not may(actor, forum.area):
            raise NotFound("table")
    return forum


def rows_of(
    session: AsyncSession, actor: Actor, forum_id: UUID, table: Table, audience: Audience, now: datetime
) -> Rows:  # fmt: skip
    """A table's rows in batches, in a stable order. For the public, only what the public sees."""
    viewer = PUBLIC if audience is Audience.PUBLIC else actor
    if table is Table.MEMBERS:
        return _members(session, forum_id)
    if table is Table.ATTENDANCE:
        return _attendance(session, forum_id)
    if table is Table.MEETINGS:
        return _meetings(session, viewer, forum_id)
    if table is Table.DECISIONS:
        return _decisions(session, viewer, forum_id, now)
    return _concerns(session, viewer, forum_id, now)


async def _members(session: AsyncSession, forum_id: UUID) -> Rows:
    statement = select(Member).where(Member.forum_id == forum_id)
    async for batch in by_id(session, statement, col(Member.id)):
        yield [{"member_id": seat.id, **seat.model_dump(exclude={"id"})} for seat in batch]


async def _attendance(session: AsyncSession, forum_id: UUID) -> Rows:
    order = (col(AttendanceMark.meeting_id), col(AttendanceMark.member_id))
    statement = (
        select(AttendanceMark, Meeting.held_at, Member.name, Member.sector)
        .join(Meeting, col(Meeting.id) == AttendanceMark.meeting_id)
        .join(Member, col(Member.id) == AttendanceMark.member_id)
        .where(Meeting.forum_id == forum_id)
        .order_by(*order)
        .limit(BATCH)
    )
    after: tuple[UUID, UUID] | None = None
    while True:
        rest = statement if after is None else statement.where(tuple_(*order) > tuple_(*after))
        found = (await session.exec(rest)).all()
        if not found:
            return
        yield [
            {**mark.model_dump(), "held_at": held_at, "name": name, "sector": sector}
            for mark, held_at, name, sector in found
        ]
        after = found[-1][0].meeting_id, found[-1][0].member_id


async def _meetings(session: AsyncSession, viewer: Actor, forum_id: UUID) -> Rows:
    statement = meetings.visible_to(select(Meeting).where(Meeting.forum_id == forum_id), viewer)
    async for batch in by_id(session, statement, col(Meeting.id)):
        written = select(Minutes.meeting_id, Minutes.id).where(
            col(Minutes.meeting_id).in_([meeting.id for meeting in batch])
        )
        if viewer is PUBLIC:
            written = written.where(Minutes.published > 0)
        minutes = dict((await session.exec(written)).all())
        yield [
            {
                "meeting_id": meeting.id,
                "minutes_id": minutes.get(meeting.id),
                **meeting.model_dump(exclude={"id", "topics"}),
                "topics": [topic["title"] for topic in meeting.topics],
            }
            for meeting in batch
        ]


async def _decisions(session: AsyncSession, viewer: Actor, forum_id: UUID, now: datetime) -> Rows:
    statement = decisions.visible_to(select(Decision).where(Decision.forum_id == forum_id), viewer)
    async for batch in by_id(session, statement, col(Decision.id)):
        yield [
            {
                "decision_id": decision.id,
                **decision.model_dump(exclude={"id", "dissent"}),
                **{f"votes_{name}": number for name, number in (decision.votes or {}).items()},
                "dissent": [_dissent(dissent) for dissent in decision.dissent],
                "overdue": is_overdue(decision.state, decision.due_on, now.date()),
            }
            for decision in batch
        ]


def _dissent(dissent: dict[str, Any]) -> str:
    return f"{dissent['group']}: {dissent['words']}" if dissent.get("group") else str(dissent["words"])


async def _concerns(session: AsyncSession, viewer: Actor, forum_id: UUID, now: datetime) -> Rows:
    statement = concerns.filtered(
        concerns.visible_to(select(Concern), viewer),
        within=None, forum_id=forum_id, category=None, state=None, now=now,
    )  # fmt: skip
    async for batch in by_id(session, statement, col(Concern.id)):
        yield [_concern(concern, viewer, now) for concern in batch]


def _concern(concern: Concern, viewer: Actor, now: datetime) -> dict[str, Any]:
    view = concerns.view(concern, viewer, now)
    inside = view.inside
    told: dict[str, Any] = {"concern_id": view.id, **view.model_dump(include={
        "area", "category", "state", "summary", "raised_on", "ended_on", "overdue"})}  # fmt: skip
    if inside is not None:
        told |= inside.model_dump(include={"source", "text", "wish", "place", "triage_by", "on_time"})
        told["public"] = inside.published
    return told


async def by_id(session: AsyncSession, statement: Any, key: Any) -> AsyncIterator[Sequence[Any]]:
    """The rows of a statement in batches by ascending key; what was read is forgotten before the next batch."""
    after: UUID | None = None
    while True:
        rest = statement if after is None else statement.where(key > after)
        batch = (await session.exec(rest.order_by(key).limit(BATCH))).all()
        if not batch:
            return
        after = batch[-1].id
        yield batch
        session.expunge_all()
