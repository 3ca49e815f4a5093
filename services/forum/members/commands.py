"""Changes of seats."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import MemberSeated
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.forums.queries import managed_forum
from services.forum.members import queries, rules
from services.forum.members.schemas import MemberCreate, MemberPatch
from services.forum.members.tables import Member


async def seat_member(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, request: MemberCreate
) -> Member:
    """Give a person or a body a seat. Rules F2, F3."""
    forum = await managed_forum(session, actor, forum_id)
    if obstacle := rules.chair_obstacle(request.sector, request.role, request.term_end, now.date()):
        raise Refused(obstacle, code="police-chair", rule="F3")
    member = Member(**request.model_dump(), forum_id=forum_id, seated_at=now)
    session.add(member)
    await session.flush()
    forum.police_chair_until = await queries.chairs_handover(session, forum_id)
    event = MemberSeated(
        forum_id=forum_id, member_id=member.id, area=forum.area, sector=member.sector, role=member.role
    )
    await emit(session, event, subject=forum_id, area=forum.area, actor=actor, at=now)
    return member


async def change_member(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    forum_id: UUID,
    member_id: UUID,
    expected: ExpectedVersion,
    request: MemberPatch,
) -> Member:
    """Change a seat's role, or end its term. Rules F2, F3."""
    member = await queries.member_by_id(session, actor, forum_id, member_id)
    forum = await managed_forum(session, actor, forum_id)
    expected.check(member.version)
    role = request.role or member.role
    term_end = request.term_end if "term_end" in request.model_fields_set else member.term_end
    if term_end is not None and term_end < member.term_start:
        raise Refused("A term can't end before it starts.", rule="F2")
    since = member.seated_at.date() if rules.is_police_chair(member.sector, member.role) else now.date()
    if obstacle := rules.chair_obstacle(member.sector, role, term_end, since):
        raise Refused(obstacle, code="police-chair", rule="F3")
    member.role, member.term_end = role, term_end
    member.version += 1
    await session.flush()
    forum.police_chair_until = await queries.chairs_handover(session, forum_id)
    return member
