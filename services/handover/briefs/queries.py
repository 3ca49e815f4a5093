"""Reads of briefs."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.handover.base import granted
from services.handover.briefs import rules
from services.handover.briefs.tables import Brief

T = TypeVar("T")


def visible_to(statement: SelectOfScalar[T], actor: Actor) -> SelectOfScalar[T]:
    """Only the briefs that `rules.may_read` lets the actor read."""
    return statement.where(granted(Brief.area, actor, rules.READERS))


async def brief_by_id(session: AsyncSession, brief_id: UUID, actor: Actor) -> Brief:
    """One brief that the actor may read; raises `NotFound`."""
    brief = (await session.exec(visible_to(select(Brief).where(Brief.id == brief_id), actor))).one_or_none()
    if brief is None:
        raise NotFound("brief")
    return brief


async def list_briefs(
    session: AsyncSession, actor: Actor, *, area: str | None, after: UUID | None, limit: int
) -> Sequence[Brief]:
    """Briefs of an area and below it that the actor may read, newest first."""
    statement = visible_to(select(Brief), actor).order_by(col(Brief.id).desc()).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(Brief.area), area))
    if after is not None:
        statement = statement.where(col(Brief.id) < after)
    return (await session.exec(statement)).all()


async def next_number(session: AsyncSession, area: str) -> int:
    """The number of the area's next brief; others who compose one wait for this transaction's end."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"briefs:{area}", 0))))
    last = (await session.exec(select(func.max(Brief.number)).where(Brief.area == area))).one()
    return (last or 0) + 1
