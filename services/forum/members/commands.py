"""Changes of seats."""

from datetime import date, datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import MemberChanged, MemberSeated, MemberTermEnded
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.forums.queries import managed_forum
from services.forum.forums.tables import Forum
from services.forum.members import queries, rules
from services.forum.members.schemas import MemberCreate, MemberPatch, MemberRenew
from services.forum.members.tables import Member, RoleSpan


async def seat_member(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, request: MemberCreate
) -> Member:
    """Give a person or a body a seat. Rules F2, F3."""
    forum = await managed_forum(session, actor, forum_id)
    member = Member(**request.model_dump(), forum_id=forum_id, seated_at=now)
    _refuse(_description_obstacles(member, now.date()))
    return await _seat(session, actor, now, forum, member)


async def renew_member(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    forum_id: UUID,
    member_id: UUID,
    expected: ExpectedVersion,
    request: MemberRenew,
) -> Member:
    """Give whoever holds a seat a new term; the term before stays as it was. Rules F2, F3."""
    former = await queries.member_by_id(session, actor, forum_id, member_id, locked=True)
    forum = await managed_forum(session, actor, forum_id)
    expected.check(former.version)
    renewed = await queries.is_renewed(session, member_id)
    _refuse(rules.renewal_obstacles(former.term_end, request.term_start, renewed=renewed))
    former.version += 1
    kept = former.model_dump(exclude={"id", "version", "seated_at", "renews", "role", "term_start", "term_end"})
    member = Member(
        **kept,
        role=request.role or former.role,
        term_start=request.term_start,
        term_end=request.term_end,
        renews=former.id,
        seated_at=now,
    )
    return await _seat(session, actor, now, forum, member)


async def change_member(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    forum_id: UUID,
    member_id: UUID,
    expected: ExpectedVersion,
    request: MemberPatch,
) -> Member:
    """Change a seat's role from today on, how it is described, or the end of its term. Rules F2, F3."""
    member = await queries.member_by_id(session, actor, forum_id, member_id, locked=True)
    forum = await managed_forum(session, actor, forum_id)
    expected.check(member.version)
    today = now.date()
    sent = request.model_dump(exclude_unset=True)
    role = sent.pop("role", None) or member.role
    former_end = member.term_end
    unmet = rules.term_obstacles(member.term_start, former_end, sent.get("term_end", former_end), today)
    if role is not member.role and former_end is not None and former_end < today:
        unmet.append("The term is over: its role stays as it was.")
    for name, value in sent.items():
        setattr(member, name, value)
    if "minority_group" in sent and member.minority_group is None:
        member.minority_stated_on = None
    _refuse([*unmet, *_description_obstacles(member, today)])
    if role is not member.role:
        await _take_role(session, member, role, today)
    if {"role", "term_end"} & request.model_fields_set:
        await session.flush()
        await _allow_chairing(session, forum, member, today)
    member.version += 1
    await session.flush()
    forum.police_chair_until = await queries.chairs_handover(session, forum_id)
    told = {"forum_id": forum_id, "member_id": member.id, "area": forum.area}
    changed = MemberChanged(
        **told, sector=member.sector, role=member.role, term_start=member.term_start, term_end=member.term_end
    )
    await emit(session, changed, subject=forum_id, area=forum.area, actor=actor, at=now)
    if member.term_end is not None and member.term_end != former_end and member.term_end <= today:
        ended = MemberTermEnded(**told, sector=member.sector, role=member.role, ended_on=member.term_end)
        await emit(session, ended, subject=forum_id, area=forum.area, actor=actor, at=now)
    return member


async def _seat(session: AsyncSession, actor: Actor, now: datetime, forum: Forum, member: Member) -> Member:
    session.add(member)
    await session.flush()
    session.add(RoleSpan(member_id=member.id, since=member.term_start, role=member.role, recorded_on=now.date()))
    await session.flush()
    await _allow_chairing(session, forum, member, now.date())
    forum.police_chair_until = await queries.chairs_handover(session, forum.id)
    event = MemberSeated(
        forum_id=forum.id,
        member_id=member.id,
        area=forum.area,
        sector=member.sector,
        role=member.role,
        kind=member.kind,
        term_start=member.term_start,
        term_end=member.term_end,
        renews=member.renews,
    )
    await emit(session, event, subject=forum.id, area=forum.area, actor=actor, at=now)
    return member


async def _take_role(session: AsyncSession, member: Member, role: rules.SeatRole, today: date) -> None:
    """Give a seat its role from today on, or from the first day of a term that is still to come."""
    since = max(today, member.term_start)
    span = await session.get(RoleSpan, (member.id, since))
    if span is None:
        session.add(RoleSpan(member_id=member.id, since=since, role=role, recorded_on=today))
    else:
        span.role, span.recorded_on = role, today
    member.role = role
    await session.flush()


async def _allow_chairing(session: AsyncSession, forum: Forum, member: Member, today: date) -> None:
    """Refuse a police chair that is no transition, and a second chair. Rules F2, F3."""
    police = await queries.police_chairs(session, forum.id)
    since = rules.transition_began(police, today)
    if obstacle := rules.chair_obstacle(member.sector, member.role, member.term_end, since):
        raise Refused(obstacle, code="police-chair", rule="F3")
    chairs = await queries.chairs(session, forum.id)
    own = chairs.pop(member.id, [])
    others = [span for spans in chairs.values() for span in spans]
    for span in own:
        if obstacle := rules.second_chair_obstacle(span, others):
            raise Refused(obstacle, code="second-chair", rule="F2")


def _description_obstacles(member: Member, today: date) -> list[str]:
    personal = (member.sex, member.age_band, member.minority_group)
    return rules.seat_obstacles(
        member.kind, member.organisation, personal, member.minority_group, member.minority_stated_on, today
    )


def _refuse(unmet: list[str]) -> None:
    if unmet:
        raise Refused(unmet[0], code="seat", rule="F2", unmet=unmet)
