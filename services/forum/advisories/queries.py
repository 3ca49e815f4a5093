"""Reads of advisories, for those inside the forum."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.forum.advisories.schemas import AdvisoryFilter
from services.forum.advisories.tables import Advisory
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import may_see_inside


async def advisory_by_id(session: AsyncSession, actor: Actor, advisory_id: UUID, *, locked: bool = False) -> Advisory:
    """One advisory of a forum that the actor is inside of; raises `NotFound`."""
    advisory = await session.get(Advisory, advisory_id, with_for_update=locked or None)
    if advisory is None or not may_see_inside(actor, advisory.area):
        raise NotFound("advisory")
    return advisory


async def list_advisories(
    session: AsyncSession,
    actor: Actor,
    forum_id: UUID,
    *,
    state: AdvisoryFilter | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Advisory]:
    """A forum's advisories, newest first; raises `NotFound` for who is not inside."""
    forum = await forum_by_id(session, forum_id)
    if not may_see_inside(actor, forum.area):
        raise NotFound("forum's advisories")
    statement = select(Advisory).where(Advisory.forum_id == forum_id)
    if state is AdvisoryFilter.OPEN:
        statement = statement.where(col(Advisory.cleared_at).is_(None))
    elif state is AdvisoryFilter.CLEARED:
        statement = statement.where(col(Advisory.cleared_at).is_not(None))
    if after is not None:
        statement = statement.where(col(Advisory.id) < after)
    return (await session.exec(statement.order_by(col(Advisory.id).desc()).limit(limit))).all()
