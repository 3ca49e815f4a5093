"""Reads of seats, for those inside the forum."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import may_see_inside
from services.forum.members.rules import SeatRole, police_chair_overdue, police_chair_until
from services.forum.members.schemas import MemberView
from services.forum.members.tables import Member


def view(member: Member, today: date) -> MemberView:
    """A seat's answer."""
    overdue = police_chair_overdue(member.sector, member.role, member.term_end, today)
    return MemberView(**member.model_dump(exclude={"seated_at"}), police_chair_overdue=overdue)


async def list_members(
    session: AsyncSession, actor: Actor, forum_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Member]:
    """A forum's seats, in the order they were taken; raises `NotFound` for who is not inside. Rule F10."""
    forum = await forum_by_id(session, forum_id)
    if not may_see_inside(actor, forum.area):
        raise NotFound("forum's membership")
    statement = select(Member).where(Member.forum_id == forum_id).order_by(col(Member.id)).limit(limit)
    if after is not None:
        statement = statement.where(col(Member.id) > after)
    return (await session.exec(statement)).all()


async def seats(session: AsyncSession, forum_id: UUID, member_ids: Sequence[UUID]) -> dict[UUID, Member]:
    """Those of the given seats that belong to the forum, by id."""
    statement = select(Member).where(Member.forum_id == forum_id, col(Member.id).in_(member_ids))
    return {member.id: member for member in (await session.exec(statement)).all()}


async def member_by_id(session: AsyncSession, actor: Actor, forum_id: UUID, member_id: UUID) -> Member:
    """One seat of a forum, locked; raises `NotFound`."""
    forum = await forum_by_id(session, forum_id)
    member = await session.get(Member, member_id, with_for_update=True)
    if member is None or member.forum_id != forum_id or not may_see_inside(actor, forum.area):
        raise NotFound("seat")
    return member


async def chairs_handover(session: AsyncSession, forum_id: UUID) -> date | None:
    """When the police is to hand over the forum's chair; None when it doesn't chair, or has a successor. Rule F3."""
    statement = select(Member).where(
        Member.forum_id == forum_id, col(Member.role).in_([SeatRole.CHAIR, SeatRole.CO_CHAIR])
    )
    chairs = (await session.exec(statement)).all()
    return police_chair_until([(chair.sector, chair.role, chair.term_end) for chair in chairs])
