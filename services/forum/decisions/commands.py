"""Changes of decisions."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import DecisionClosed, DecisionRecorded
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.advisories.commands import settle
from services.forum.advisories.rules import About, Caution
from services.forum.agenda.commands import amend_entry, queue
from services.forum.agenda.rules import EntryKind
from services.forum.decisions import queries, rules
from services.forum.decisions.schemas import DecisionClose, DecisionCreate
from services.forum.decisions.tables import Decision
from services.forum.forums.rules import may_manage
from services.forum.meetings.queries import managed_meeting
from services.forum.meetings.rules import MeetingState

OVERRULED = Caution(
    "affected-group-overruled",
    "A majority decided over the recorded dissent of a group specially affected; see the chair's statement.",
    "F12",
)


async def record_decision(
    session: AsyncSession, actor: Actor, now: datetime, meeting_id: UUID, request: DecisionCreate
) -> Decision:
    """Record what a held meeting decided or asked for. Rule F12."""
    meeting = await managed_meeting(session, actor, meeting_id)
    if meeting.state is not MeetingState.HELD or meeting.held_at is None:
        raise Conflict("Decisions are recorded of a meeting that was held; record it as held first.", rule="F12")
    dissenting = [dissent.group for dissent in request.dissent if dissent.group]
    overrides = rules.overrides_affected_group(request.method, request.affected_groups, dissenting)
    cautions = [OVERRULED] if overrides else []
    votes = (request.votes.yes, request.votes.no, request.votes.abstained) if request.votes else None
    unmet = rules.recording_obstacles(request.method, votes, overrides, request.chair_statement)
    if request.due_on is not None and request.due_on < meeting.held_at.date():
        unmet.append("due_on lies before the meeting that decided.")
    if unmet:
        raise Refused("The decision can't be recorded like this.", code="not-recordable", rule="F12", unmet=unmet)
    decision = Decision(
        **request.model_dump(exclude={"closed", "votes"}),
        votes=request.votes.model_dump(by_alias=True) if request.votes else None,
        meeting_id=meeting_id,
        forum_id=meeting.forum_id,
        area=meeting.area,
        public=meeting.public and not request.closed,
        state=rules.DecisionState.OPEN,
        recorded_at=now,
        decided_on=meeting.held_at.date(),
        advisories=[vars(caution) for caution in cautions],
    )
    session.add(decision)
    await session.flush()
    await queue(
        session,
        meeting.held_at,
        forum_id=decision.forum_id,
        kind=EntryKind.DECISION,
        source_id=decision.id,
        title=decision.text,
        public=decision.public,
        due_on=decision.due_on,
    )
    event = DecisionRecorded(
        decision_id=decision.id,
        meeting_id=meeting_id,
        forum_id=decision.forum_id,
        area=decision.area,
        kind=decision.kind,
        owner=decision.owner_sector,
        due_on=decision.due_on,
        recorded_at=now,
    )
    await emit(session, event, subject=decision.id, area=decision.area, actor=actor, at=now)
    if cautions:
        await settle(
            session,
            actor,
            now,
            forum_id=decision.forum_id,
            area=decision.area,
            about=About.DECISION,
            about_id=decision.id,
            cautions=cautions,
        )
    return decision


async def close_decision(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    decision_id: UUID,
    expected: ExpectedVersion,
    request: DecisionClose,
) -> Decision:
    """End a decision: delivered with evidence, declined with reason and alternative, or withdrawn. Rule F13."""
    decision = await queries.decision_by_id(session, actor, decision_id, locked=True)
    if not may_manage(actor, decision.area):
        raise Forbidden("To end a decision you need a council or admin grant for the forum's area.")
    expected.check(decision.version)
    if decision.state is not rules.DecisionState.OPEN:
        raise Conflict(f"The decision was {decision.state.value} already.", rule="F13")
    outcome = rules.DecisionState(request.outcome)
    ended_on = request.ended_on or now.date()
    unmet = rules.closing_obstacles(outcome, request.evidence, request.reason, request.alternative)
    unmet += rules.ending_day_obstacles(ended_on, decision.decided_on, now.date())
    if unmet:
        raise Refused("The decision can't end yet.", code="not-closable", rule="F13", unmet=unmet)
    decision.state, decision.closed_at, decision.ended_on = outcome, now, ended_on
    decision.evidence, decision.reason, decision.alternative = request.evidence, request.reason, request.alternative
    decision.on_time = rules.delivered_on_time(outcome, decision.due_on, ended_on)
    decision.version += 1
    await amend_entry(
        session, forum_id=decision.forum_id, kind=EntryKind.DECISION, source_id=decision.id, settled_at=now
    )
    event = DecisionClosed(
        decision_id=decision.id,
        forum_id=decision.forum_id,
        area=decision.area,
        kind=decision.kind,
        outcome=request.outcome,
        closed_at=now,
        due_on=decision.due_on,
        on_time=decision.on_time,
        ended_on=ended_on,
    )
    await emit(session, event, subject=decision.id, area=decision.area, actor=actor, at=now)
    return decision
