"""Reads of decisions. Rule F13."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import and_, col, func, not_, or_, select, true
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound
from beatbook.kit.scoping import lies_within
from services.forum.decisions.rules import ASKS_FOR_SOMETHING, DecisionState, Delivery, StepKind, is_overdue
from services.forum.decisions.schemas import (
    DecidingMeeting,
    DecisionDetail,
    DecisionFilter,
    DecisionView,
    HistoryEntry,
    MinutedIn,
)
from services.forum.decisions.tables import Decision, DecisionStep
from services.forum.forums.rules import INSIDERS, may_manage, may_see_inside
from services.forum.meetings.queries import meeting_by_id
from services.forum.meetings.queries import visible_to as meetings_visible_to
from services.forum.meetings.tables import Meeting


def visible_to(statement: SelectOfScalar[Decision], actor: Actor) -> SelectOfScalar[Decision]:
    """The one scoping door: decisions made in public, and all in areas where the actor is inside."""
    inside = lies_within(col(Decision.area), *actor.areas_as(INSIDERS))
    return statement.where(or_(col(Decision.public), inside))


def view(decision: Decision, today: date) -> DecisionView:
    """A decision's answer."""
    return DecisionView(**_shown(decision, today))


def _shown(decision: Decision, today: date) -> dict[str, Any]:
    fields = decision.model_dump(exclude={"public", "supersedes", "minutes_id", "minutes_number"})
    return {**fields, "overdue": is_overdue(decision.state, decision.due_on, today)}


async def decision_by_id(session: AsyncSession, actor: Actor, decision_id: UUID, *, locked: bool = False) -> Decision:
    """One decision the actor may know of; raises `NotFound`."""
    decision = await session.get(Decision, decision_id, with_for_update=locked or None)
    if decision is None or not (decision.public or may_see_inside(actor, decision.area)):
        raise NotFound("decision")
    return decision


async def managed_decision(session: AsyncSession, actor: Actor, decision_id: UUID) -> Decision:
    """A decision, locked, that the actor may keep; raises `NotFound` or `Forbidden`."""
    decision = await decision_by_id(session, actor, decision_id, locked=True)
    if not may_manage(actor, decision.area):
        raise Forbidden("To change a decision you need a council or admin grant for the forum's area.")
    return decision


async def successor(session: AsyncSession, decision_id: UUID) -> Decision | None:
    """The decision that stands in this one's place, if any."""
    return (await session.exec(select(Decision).where(Decision.supersedes == decision_id))).first()


def held_before(earlier: Meeting, later: Meeting) -> bool:
    """Whether both were held, the one before the other."""
    return earlier.held_at is not None and later.held_at is not None and earlier.held_at < later.held_at


async def detail(session: AsyncSession, actor: Actor, decision: Decision, today: date) -> DecisionDetail:
    """A decision with its meeting, its minutes and its history, as much of them as the actor may see. Rule F13."""
    known = visible_to(select(Decision), actor)
    before = known.where(Decision.id == decision.supersedes) if decision.supersedes else None
    after = known.where(Decision.supersedes == decision.id)
    earlier = (await session.exec(before)).first() if before is not None else None
    later = (await session.exec(after)).first()
    return DecisionDetail(
        **_shown(decision, today),
        meeting=DecidingMeeting.model_validate(await meeting_by_id(session, actor, decision.meeting_id)),
        minutes=(
            MinutedIn(id=decision.minutes_id, number=decision.minutes_number)
            if decision.minutes_id and decision.minutes_number
            else None
        ),
        supersedes=earlier.id if earlier else None,
        superseded_by=later.id if later else None,
        history=await _history(session, actor, decision),
    )


async def _history(session: AsyncSession, actor: Actor, decision: Decision) -> list[HistoryEntry]:
    statement = select(DecisionStep).where(DecisionStep.decision_id == decision.id)
    if not may_see_inside(actor, decision.area):
        statement = statement.where(col(DecisionStep.internal).is_(False))
    steps = (await session.exec(statement.order_by(col(DecisionStep.noted_at), col(DecisionStep.id)))).all()
    named = [step.meeting_id for step in steps if step.meeting_id]
    known = await session.exec(meetings_visible_to(select(Meeting), actor).where(col(Meeting.id).in_(named)))
    shown = {meeting.id for meeting in known}
    entries = [HistoryEntry(kind=StepKind.RECORDED, at=decision.recorded_at, meeting_id=decision.meeting_id)]
    entries += [
        HistoryEntry(
            kind=step.kind,
            at=step.noted_at,
            text=step.text,
            internal=step.internal,
            due_from=step.due_from,
            due_to=step.due_to,
            meeting_id=step.meeting_id if step.meeting_id in shown else None,
            decision_id=step.other_id,
        )
        for step in steps
    ]
    if decision.closed_at is not None:
        entries.append(
            HistoryEntry(kind=StepKind.ENDED, at=decision.closed_at, text=decision.evidence or decision.reason)
        )
    return entries


async def delivery(
    session: AsyncSession, today: date, *, forum_id: UUID | None = None, within: str | None = None
) -> Delivery:
    """How the public decisions of a forum, or of an area and everything below, were delivered. Rule F13.

    Closed decisions are not counted for anybody, so that no difference of two answers tells of one.
    """
    state, dated = col(Decision.state), col(Decision.due_on).is_not(None)
    delivered = state == DecisionState.DELIVERED
    past = col(Decision.due_on) < today
    counts = {
        "decided": true(),
        "open": state == DecisionState.OPEN,
        "overdue": and_(state == DecisionState.OPEN, past),
        "delivered_on_time": and_(delivered, col(Decision.on_time).is_(True)),
        "delivered_late": and_(delivered, col(Decision.on_time).is_(False)),
        "delivered_undated": and_(delivered, not_(dated)),
        "declined": state == DecisionState.DECLINED,
        "withdrawn": state == DecisionState.WITHDRAWN,
        "declined_due": and_(state == DecisionState.DECLINED, past),
    }
    columns = [func.count().filter(condition).label(name) for name, condition in counts.items()]
    statement = select(*columns).where(col(Decision.public), col(Decision.kind).in_(ASKS_FOR_SOMETHING))
    if forum_id is not None:
        statement = statement.where(Decision.forum_id == forum_id)
    if within is not None:
        statement = statement.where(lies_within(col(Decision.area), within))
    found: Any = (await session.exec(statement)).one()
    return Delivery(**dict(zip(counts, found, strict=True)))


async def public_decisions_of(session: AsyncSession, meeting_id: UUID) -> Sequence[Decision]:
    """What a meeting decided under its open items, in the order it was recorded, locked: for the minutes. Rule F11a."""
    statement = select(Decision).where(Decision.meeting_id == meeting_id, col(Decision.public))
    return (await session.exec(statement.order_by(col(Decision.id)).with_for_update())).all()


async def decisions_of(session: AsyncSession, meeting_id: UUID) -> Sequence[Decision]:
    """All that a meeting decided, closed or not, in the order it was recorded."""
    statement = select(Decision).where(Decision.meeting_id == meeting_id).order_by(col(Decision.id))
    return (await session.exec(statement)).all()


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
        statement = statement.where(lies_within(col(Decision.area), within))
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
