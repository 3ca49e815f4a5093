"""Reads of seats, for those inside the forum."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, or_, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import may_see_inside
from services.forum.members.rules import (
    Chairing,
    SeatKind,
    SeatRole,
    Sector,
    chairings,
    police_chair_overdue,
    police_chair_until,
)
from services.forum.members.schemas import MemberView
from services.forum.members.tables import Member, RoleSpan


def view(member: Member, today: date, role: SeatRole | None = None) -> MemberView:
    """A seat's answer; with `role`, the one it had on the day asked for."""
    overdue = police_chair_overdue(member.sector, member.role, member.term_end, today)
    fields = member.model_dump(exclude={"seated_at"}) | {"role": role or member.role}
    return MemberView(**fields, police_chair_overdue=overdue)


async def list_members(
    session: AsyncSession, actor: Actor, forum_id: UUID, *, on: date | None = None, after: UUID | None, limit: int
) -> Sequence[Member]:
    """A forum's seats, in the order they were taken: all, or those taken on a day.

    Raises `NotFound` for who is not inside. Rules F2, F10.
    """
    forum = await forum_by_id(session, forum_id)
    if not may_see_inside(actor, forum.area):
        raise NotFound("forum's membership")
    statement = select(Member).where(Member.forum_id == forum_id).order_by(col(Member.id)).limit(limit)
    if on is not None:
        statement = statement.where(
            Member.term_start <= on, or_(col(Member.term_end).is_(None), col(Member.term_end) >= on)
        )
    if after is not None:
        statement = statement.where(col(Member.id) > after)
    return (await session.exec(statement)).all()


async def roles_on(session: AsyncSession, members: Sequence[Member], on: date) -> dict[UUID, SeatRole]:
    """The role of each seat on a day. Rule F2."""
    statement = (
        select(RoleSpan)
        .where(col(RoleSpan.member_id).in_([member.id for member in members]), RoleSpan.since <= on)
        .order_by(col(RoleSpan.since))
    )
    return {span.member_id: span.role for span in (await session.exec(statement)).all()}


async def seats(session: AsyncSession, forum_id: UUID, member_ids: Sequence[UUID]) -> dict[UUID, Member]:
    """Those of the given seats that belong to the forum, by id."""
    statement = select(Member).where(Member.forum_id == forum_id, col(Member.id).in_(member_ids))
    return {member.id: member for member in (await session.exec(statement)).all()}


async def names_of_persons(session: AsyncSession, forum_id: UUID) -> Sequence[str]:
    """The names of the people who have or had a seat; bodies are no people. Rule F6."""
    statement = select(Member.name).where(Member.forum_id == forum_id, Member.kind == SeatKind.PERSON)
    return (await session.exec(statement)).all()


async def member_by_id(
    session: AsyncSession, actor: Actor, forum_id: UUID, member_id: UUID, *, locked: bool = False
) -> Member:
    """One seat of a forum; raises `NotFound`."""
    forum = await forum_by_id(session, forum_id)
    member = await session.get(Member, member_id, with_for_update=locked or None)
    if member is None or member.forum_id != forum_id or not may_see_inside(actor, forum.area):
        raise NotFound("seat")
    return member


async def is_renewed(session: AsyncSession, member_id: UUID) -> bool:
    """Whether a later term follows this one. Rule F2."""
    return (await session.exec(select(Member.id).where(Member.renews == member_id))).first() is not None


async def chairs(session: AsyncSession, forum_id: UUID) -> dict[UUID, list[Chairing]]:
    """The days on which each seat of the forum chairs it. Rule F2."""
    return {
        member.id: chairings([(role.since, role.role) for role in roles], member.term_end, co_chair=False)
        for member, roles in await _with_roles(session, forum_id)
    }


async def has_chair(session: AsyncSession, forum_id: UUID, on: date) -> bool:
    """Whether a seat chairs or co-chairs the forum on a day. Rule F2."""
    return any(
        span.first <= on and (span.last is None or span.last >= on)
        for member, roles in await _with_roles(session, forum_id)
        for span in chairings([(role.since, role.role) for role in roles], member.term_end, co_chair=True)
    )


async def police_chairs(session: AsyncSession, forum_id: UUID) -> list[Chairing]:
    """When each chair or co-chair of the police was recorded, and the last day it chairs. Rule F3."""
    found = []
    for member, roles in await _with_roles(session, forum_id):
        if member.sector is Sector.POLICE:
            recorded = {role.since: role.recorded_on for role in roles}
            spans = chairings([(role.since, role.role) for role in roles], member.term_end, co_chair=True)
            found += [Chairing(recorded[span.first], span.last) for span in spans]
    return found


async def _with_roles(session: AsyncSession, forum_id: UUID) -> list[tuple[Member, list[RoleSpan]]]:
    """The seats that ever chaired or co-chaired the forum, with their roles in order."""
    chaired = (
        select(RoleSpan.member_id)
        .join(Member, col(Member.id) == RoleSpan.member_id)
        .where(Member.forum_id == forum_id, col(RoleSpan.role).in_([SeatRole.CHAIR, SeatRole.CO_CHAIR]))
    )
    statement = (
        select(Member, RoleSpan)
        .join(RoleSpan, col(RoleSpan.member_id) == Member.id)
        .where(col(Member.id).in_(chaired))
        .order_by(col(RoleSpan.since))
    )
    found: dict[UUID, tuple[Member, list[RoleSpan]]] = {}
    for member, span in (await session.exec(statement)).all():
        found.setdefault(member.id, (member, []))[1].append(span)
    return list(found.values())


async def chairs_handover(session: AsyncSession, forum_id: UUID) -> date | None:
    """When the police is to hand over the forum's chair; None when it doesn't chair, or has a successor. Rule F3."""
    statement = select(Member).where(
        Member.forum_id == forum_id, col(Member.role).in_([SeatRole.CHAIR, SeatRole.CO_CHAIR])
    )
    chairs = (await session.exec(statement)).all()
    return police_chair_until([(chair.sector, chair.role, chair.term_end) for chair in chairs])
