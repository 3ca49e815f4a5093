"""Reads of decisions and of the agenda they come back on. Rules F9, F13."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.forum.decisions.rules import DecisionState, is_overdue
from services.forum.decisions.schemas import AgendaItem, AgendaView, DecisionFilter, DecisionView
from services.forum.decisions.tables import Decision
from services.forum.forums.rules import INSIDERS, may_see_inside
from services.forum.meetings.queries import meeting_by_id
from services.forum.minutes.tables import Minutes


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


async def agenda(session: AsyncSession, actor: Actor, meeting_id: UUID, today: date) -> AgendaView:
    """A meeting's agenda: the last minutes, every decision still open, then the topics. Rules F9, F13."""
    meeting = await meeting_by_id(session, actor, meeting_id)
    inside = may_see_inside(actor, meeting.area)
    last = select(Minutes).where(Minutes.forum_id == meeting.forum_id, Minutes.held_at < meeting.starts_at)
    if not inside:
        last = last.where(Minutes.published > 0)
    minutes = (await session.exec(last.order_by(col(Minutes.held_at).desc()).limit(1))).first()
    still_open = visible_to(select(Decision), actor).where(
        Decision.forum_id == meeting.forum_id,
        Decision.state == DecisionState.OPEN,
        Decision.meeting_id != meeting_id,
        Decision.decided_on <= meeting.starts_at.date(),
    )
    decisions = (await session.exec(still_open.order_by(col(Decision.due_on), col(Decision.id)))).all()
    items = []
    if minutes is not None:
        title = f"Minutes of the meeting of {minutes.held_at:%Y-%m-%d} ({minutes.state.value})"
        items.append(AgendaItem(kind="last_minutes", title=title, id=minutes.id))
    for decision in decisions:
        overdue = is_overdue(decision.state, decision.due_on, today)
        items.append(
            AgendaItem(
                kind="overdue_decision" if overdue else "open_decision",
                title=decision.text,
                id=decision.id,
                due_on=decision.due_on,
            )
        )
    items += [AgendaItem(kind="topic", title=topic["title"]) for topic in meeting.topics]
    return AgendaView(meeting_id=meeting_id, items=items)
