"""Changes of forums."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import ForumChanged, ForumFounded
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.areas.queries import area_by_code
from services.forum.forums import queries, rules
from services.forum.forums.schemas import ForumCreate, ForumPatch, RulesOfProcedureCreate
from services.forum.forums.tables import Forum, RulesOfProcedure


async def found_forum(session: AsyncSession, actor: Actor, now: datetime, request: ForumCreate) -> Forum:
    """Found a forum for an open area. Rule F1."""
    area = await area_by_code(session, request.area)
    if not rules.may_manage(actor, area.code):
        raise Forbidden("To found a forum you need a council or admin grant for its area.")
    if area.valid_to is not None:
        raise Conflict(f"{area.code} was closed on {area.valid_to}; found the forum in a successor.", rule="A3")
    if obstacle := rules.tier_obstacle(request.kind, area.code):
        raise Refused(obstacle, code="wrong-tier", rule="F1")
    forum = Forum(**request.model_dump(), created_at=now)
    session.add(forum)
    await session.flush()
    event = ForumFounded(forum_id=forum.id, area=forum.area, kind=forum.kind, name=forum.name)
    await emit(session, event, subject=forum.id, area=forum.area, actor=actor, at=now)
    return forum


async def change_forum(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    forum_id: UUID,
    expected: ExpectedVersion,
    request: ForumPatch,
) -> Forum:
    """Change a forum's name or agreed interval. Rules F1, F7."""
    forum = await queries.managed_forum(session, actor, forum_id)
    expected.check(forum.version)
    for name, value in request.model_dump(exclude_unset=True, exclude_none=True).items():
        setattr(forum, name, value)
    forum.version += 1
    event = ForumChanged(forum_id=forum.id, area=forum.area, name=forum.name, interval_days=forum.interval_days)
    await emit(session, event, subject=forum.id, area=forum.area, actor=actor, at=now)
    return forum


async def adopt_rules(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, request: RulesOfProcedureCreate
) -> RulesOfProcedure:
    """Adopt a new version of the written rules; earlier ones stay. Rule F4."""
    forum = await queries.managed_forum(session, actor, forum_id)
    if request.adopted_on > now.date():
        raise Refused("Rules are recorded once they are adopted: the date lies in the future.", rule="F4")
    newest = (await queries.rules_versions(session, [forum_id])).get(forum_id, 0)
    adopted = RulesOfProcedure(forum_id=forum_id, number=newest + 1, recorded_at=now, **request.model_dump())
    session.add(adopted)
    forum.version += 1
    return adopted
