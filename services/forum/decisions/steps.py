"""What happens to a decision while it is open: notes of progress, and another due date. Rule F13."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import DecisionDueMoved
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.agenda.commands import amend_entry
from services.forum.agenda.rules import EntryKind
from services.forum.decisions import queries, rules
from services.forum.decisions.schemas import DecisionNote, DueDateMove
from services.forum.decisions.tables import Decision, DecisionStep
from services.forum.meetings.queries import meeting_by_id


async def note_progress(
    session: AsyncSession, actor: Actor, now: datetime, decision_id: UUID, request: DecisionNote
) -> Decision:
    """Note what has been done towards an open decision."""
    decision = await _open(session, actor, decision_id)
    session.add(
        DecisionStep(decision_id=decision_id, kind=rules.StepKind.PROGRESS, noted_at=now, **request.model_dump())
    )
    if not request.internal:  # everyone sees the version: it would tell of the note
        decision.version += 1
    return decision


async def move_due_date(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    decision_id: UUID,
    expected: ExpectedVersion,
    request: DueDateMove,
) -> Decision:
    """Give an open decision another due date, by a later meeting or for a reason; the old one stays in its history."""
    decision = await _open(session, actor, decision_id, expected)
    later = None
    if request.meeting_id is not None:
        moved_in = await meeting_by_id(session, actor, request.meeting_id)
        decided_in = await meeting_by_id(session, actor, decision.meeting_id)
        later = moved_in.forum_id == decision.forum_id and queries.held_before(decided_in, moved_in)
    unmet = rules.moving_obstacles(request.due_on, decision.due_on, decision.decided_on, request.reason, later)
    if unmet:
        raise Refused("The due date can't be moved like this.", code="not-movable", rule="F13", unmet=unmet)
    session.add(
        DecisionStep(
            decision_id=decision_id,
            kind=rules.StepKind.DUE_MOVED,
            text=request.reason,
            due_from=decision.due_on,
            due_to=request.due_on,
            meeting_id=request.meeting_id,
            noted_at=now,
        )
    )
    event = DecisionDueMoved(
        decision_id=decision_id,
        forum_id=decision.forum_id,
        area=decision.area,
        previous=decision.due_on,
        due_on=request.due_on,
    )
    decision.due_on = request.due_on
    decision.version += 1
    await amend_entry(
        session, forum_id=decision.forum_id, kind=EntryKind.DECISION, source_id=decision_id, due_on=request.due_on
    )
    await emit(session, event, subject=decision_id, area=decision.area, actor=actor, at=now)
    return decision


async def _open(
    session: AsyncSession, actor: Actor, decision_id: UUID, expected: ExpectedVersion | None = None
) -> Decision:
    decision = await queries.managed_decision(session, actor, decision_id)
    if expected is not None:
        expected.check(decision.version)
    if decision.state is not rules.DecisionState.OPEN:
        raise Conflict(f"The decision was {decision.state.value} already.", rule="F13")
    return decision
