"""Reads that triage decides by."""

from uuid import UUID

from sqlmodel import col, func, select

from beatbook.contracts.areas import parent_of
from beatbook.kit.db import AsyncSession
from services.forum.concerns.rules import WAITING
from services.forum.concerns.tables import Concern, ConcernStep
from services.forum.forums.rules import ForumKind
from services.forum.forums.tables import Forum
from services.forum.triage.rules import Receiver


async def forums_above(session: AsyncSession, area: str) -> list[Receiver]:
    """The forums of the area one tier up. Rule F15."""
    parent = parent_of(area)
    if parent is None:
        return []
    rows = (await session.exec(select(Forum.id, Forum.kind).where(Forum.area == parent))).all()
    return [Receiver(forum_id, ForumKind(kind)) for forum_id, kind in rows]


async def forums_that_had(session: AsyncSession, concern_id: UUID) -> list[UUID]:
    """The forums that passed a concern on, first the one that did so last. Rule F15."""
    statement = (
        select(ConcernStep.forum_id)
        .where(ConcernStep.concern_id == concern_id, col(ConcernStep.to_forum_id).is_not(None))
        .order_by(col(ConcernStep.number).desc())
    )
    return list((await session.exec(statement)).all())


async def count_overdue(session: AsyncSession, forum_id: UUID) -> int:
    """How many concerns a forum has that the clock found waiting too long, and that still wait. Rule F14."""
    statement = select(func.count()).where(
        Concern.forum_id == forum_id,
        col(Concern.overdue_at).is_not(None),
        col(Concern.state).in_(sorted(WAITING)),
    )
    return (await session.exec(statement)).one()
