"""Reads of assignments."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.handover.assignments import rules
from services.handover.assignments.schemas import AssignmentView, GapView
from services.handover.assignments.tables import Assignment
from services.handover.base import granted

T = TypeVar("T")


def visible_to(statement: SelectOfScalar[T], actor: Actor) -> SelectOfScalar[T]:
    """Only the assignments that `rules.may_see` lets the actor see."""
    return statement.where(granted(Assignment.area, actor, rules.READERS))


async def assignment_by_id(
    session: AsyncSession, assignment_id: UUID, actor: Actor, *, locked: bool = False
) -> Assignment:
    """One assignment that the actor may see; raises `NotFound`."""
    statement = visible_to(select(Assignment).where(Assignment.id == assignment_id), actor)
    if locked:
        statement = statement.with_for_update()
    assignment = (await session.exec(statement)).one_or_none()
    if assignment is None:
        raise NotFound("assignment")
    return assignment


async def list_assignments(
    session: AsyncSession, actor: Actor, *, area: str | None, after: UUID | None, limit: int
) -> Sequence[Assignment]:
    """Assignments in an area and below it that the actor may see, newest first."""
    statement = visible_to(select(Assignment), actor).order_by(col(Assignment.id).desc()).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(Assignment.area), area))
    if after is not None:
        statement = statement.where(col(Assignment.id) < after)
    return (await session.exec(statement)).all()


async def current_gaps(session: AsyncSession, area: str, today: date) -> list[rules.Gap]:
    """The gap in exactly this area: what the assignment leaves that ends last of those begun. Rule H1."""
    statement = (
        select(Assignment)
        .where(Assignment.area == area, col(Assignment.starts_on) <= today)
        .order_by(col(Assignment.ends_on).desc(), col(Assignment.id).desc())
        .limit(1)
    )
    last = (await session.exec(statement)).all()
    gaps = await _gaps(session, last, today)
    return list(gaps.values())


async def _gaps(session: AsyncSession, assignments: Sequence[Assignment], today: date) -> dict[UUID, rules.Gap]:
    """The gaps that assignments' ends leave, by the assignment's id."""
    statement = select(col(Assignment.id), col(Assignment.starts_on)).where(
        col(Assignment.id).in_([row.successor_id for row in assignments if row.successor_id is not None])
    )
    starts: dict[UUID | None, date] = dict((await session.exec(statement)).all())
    found = {row.id: rules.gap(row.ends_on, starts.get(row.successor_id), today) for row in assignments}
    return {id: gap for id, gap in found.items() if gap is not None}


async def views(session: AsyncSession, assignments: Sequence[Assignment], today: date) -> list[AssignmentView]:
    """The answers for assignments, each with the gap that its end would leave."""
    gaps = await _gaps(session, assignments, today)
    return [AssignmentView(**row.model_dump(), gap=_gap_view(gaps.get(row.id))) for row in assignments]


def _gap_view(gap: rules.Gap | None) -> GapView | None:
    return GapView.model_validate(gap) if gap else None
