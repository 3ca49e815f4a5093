"""Reads of decisions. Rule F13."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.forum.decisions.rules import DecisionState, is_overdue
from services.forum.decisions.schemas import DecisionFilter, DecisionView
from services.forum.decisions.tables import Decision
from services.forum.forums.rules import INSIDERS, may_see_inside


def visible_to(statement: SelectOfScalar[Decision], actor: Actor) -> SelectOfScalar[Decision]:
    """The one scoping door: decisions made in public, and all in areas where the actor is inside."""
    inside = [
        (col(Decision.area) == area) | col(Decision.area).startswith(area + ".", autoescape=True)
        for area in actor.areas_as(INSIDERS)
    ]
    return statement.where(or_(col(Decision.public), *inside))


def view(decision: Decision, today: date) -> DecisionView:
    """A decision's answer."""
    fields = decision.model_dump(exclude={"public"})
    return DecisionView(**fields, overdue=is_overdue(decision.state, decision.due_on, today))


async def decision_by_id(session: AsyncSession, actor: Actor, decision_id: UUID, *, locked: bool = False) -> Decision:
    """One decision the actor may know of; raises `NotFound`."""
    decision = await session.get(Decision, decision_id, with_for_update=locked or None)
    if decision is None or not (decision.public or may_see_inside(actor, decision.area)):
        raise NotFound("decision")
    return decision


async def list_decisions(
    session: AsyncSession,
    actor: Actor,
    *,
    within: str | None,
    areas: Sequence[str] | None,
    forum_id: UUID | None,
    meeting_id: UUID | None,
    state: DecisionFilter | None,
    today: date,
    after: UUID | None,
    limit: int,
) -> Sequence[Decision]:
    """Decisions the actor may know of, newest first."""
    statement = visible_to(select(Decision), actor)
    if within is not None:
        statement = statement.where(
            (col(Decision.area) == within) | col(Decision.area).startswith(within + ".", autoescape=True)
        )
    if areas is not None:
        statement = statement.where(col(Decision.area).in_(areas))
    if forum_id is not None:
        statement = statement.where(Decision.forum_id == forum_id)
    if meeting_id is not None:
        statement = statement.where(Decision.meeting_id == meeting_id)
    if state is DecisionFilter.OVERDUE:
        statement = statement.where(Decision.state == DecisionState.OPEN, col(Decision.due_on) < today)
    elif state is not None:
        statement = statement.where(Decision.state == DecisionState(state.value))
    if after is not None:
        statement = statement.where(col(Decision.id) < after)
    return (await session.exec(statement.order_by(col(Decision.id).desc()).limit(limit))).all()
