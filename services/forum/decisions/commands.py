"""Changes of decisions."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import Tier, tier_of
from beatbook.contracts.forum import DecisionCascaded, DecisionClosed, DecisionRecorded, DecisionSuperseded
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.advisories.commands import settle
from services.forum.advisories.rules import About, Caution
from services.forum.agenda.commands import amend_entry, amend_source, queue, queue_below
from services.forum.agenda.rules import EntryKind
from services.forum.decisions import queries, rules
from services.forum.decisions.schemas import DecisionClose, DecisionCreate, DecisionPatch
from services.forum.decisions.tables import Decision, DecisionStep
from services.forum.meetings.queries import managed_meeting, meeting_by_id
from services.forum.meetings.rules import MeetingState
from services.forum.meetings.tables import Meeting

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
    public = meeting.public and not request.closed
    below = tier_of(meeting.area) is not Tier.NEIGHBOURHOOD
    if request.cascades and (obstacle := rules.cascading_obstacle(public, below)):
        unmet.append(obstacle)
    earlier = await _superseded(session, actor, meeting, request.supersedes, public=public, unmet=unmet)
    if unmet:
        raise Refused("The decision can't be recorded like this.", code="not-recordable", rule="F12", unmet=unmet)
    decision = Decision(
        **request.model_dump(exclude={"closed", "votes"}),
        votes=request.votes.model_dump(by_alias=True) if request.votes else None,
        meeting_id=meeting_id,
        forum_id=meeting.forum_id,
        area=meeting.area,
        public=public,
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
    if earlier is not None:
        await _supersede(session, actor, now, earlier, decision)
    if decision.cascades:
        await _cascade(session, actor, now, decision)
    return decision


async def _superseded(
    session: AsyncSession, actor: Actor, meeting: Meeting, decision_id: UUID | None, *, public: bool, unmet: list[str]
) -> Decision | None:
    """The decision that is to be superseded, locked; what keeps it from that is added to `unmet`."""
    if decision_id is None:
        return None
    earlier = await queries.decision_by_id(session, actor, decision_id, locked=True)
    decided_in = await meeting_by_id(session, actor, earlier.meeting_id)
    unmet += rules.superseding_obstacles(
        same_forum=earlier.forum_id == meeting.forum_id,
        later=queries.held_before(decided_in, meeting),
        superseded_already=await queries.successor(session, decision_id) is not None,
        hides_public=earlier.public and not public,
    )
    return earlier


async def _supersede(
    session: AsyncSession, actor: Actor, now: datetime, earlier: Decision, decision: Decision
) -> None:  # fmt: skip
    """Have a decision stand in an earlier one's place, which ends if it was open. Rule F13."""
    session.add(
        DecisionStep(
            decision_id=earlier.id,
            kind=rules.StepKind.SUPERSEDED,
            meeting_id=decision.meeting_id,
            other_id=decision.id,
            noted_at=now,
        )
    )
    event = DecisionSuperseded(
        decision_id=earlier.id, superseded_by=decision.id, forum_id=earlier.forum_id, area=earlier.area
    )
    await emit(session, event, subject=earlier.id, area=earlier.area, actor=actor, at=now)
    earlier.version += 1
    if earlier.state is rules.DecisionState.OPEN:
        earlier.reason = "A later meeting decided anew."
        await _end(session, actor, now, earlier, rules.DecisionState.WITHDRAWN, decision.decided_on)


async def _cascade(session: AsyncSession, actor: Actor, now: datetime, decision: Decision) -> None:
    """Put a decision on the next agenda of every forum below, once. Rule F15."""
    forums = await queue_below(
        session,
        now,
        area=decision.area,
        kind=EntryKind.CASCADED_DECISION,
        source_id=decision.id,
        title=decision.text,
        public=decision.public,
    )
    event = DecisionCascaded(
        decision_id=decision.id, forum_id=decision.forum_id, area=decision.area, forums=forums
    )  # fmt: skip
    await emit(session, event, subject=decision.id, area=decision.area, actor=actor, at=now)


async def change_decision(
    session: AsyncSession, actor: Actor, decision_id: UUID, expected: ExpectedVersion, request: DecisionPatch
) -> Decision:
    """Mend the words of a decision that no published minutes hold yet; who dissented stays. Rules F11, F12."""
    decision = await queries.managed_decision(session, actor, decision_id)
    expected.check(decision.version)
    if decision.minutes_id is not None:
        raise Conflict("Published minutes hold this decision: a later meeting can supersede it.", rule="F11")
    changed = request.model_dump(exclude_unset=True, exclude_none=True)
    groups = [dissent["group"] for dissent in decision.dissent]
    if "dissent" in changed and [dissent["group"] for dissent in changed["dissent"]] != groups:
        raise Refused("Who dissented stays as recorded: give as many dissents, of the same groups.", rule="F12")
    for name, value in changed.items():
        setattr(decision, name, value)
    decision.version += 1
    await amend_source(session, decision.id, title=decision.text, public=decision.public)
    return decision


async def note_minuted(
    session: AsyncSession, decisions: Sequence[Decision], minutes_id: UUID, number: int
) -> None:  # fmt: skip
    """Note which published version of the minutes was the first to hold these decisions. Rules F11, F13."""
    new = [decision.id for decision in decisions if decision.minutes_id is None]
    if new:
        connection = await driver_connection(session)
        await connection.execute(
            "update decisions set minutes_id = $1, minutes_number = $2, version = version + 1 where id = any($3)",
            minutes_id, number, new,
        )  # fmt: skip


async def close_decision(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    decision_id: UUID,
    expected: ExpectedVersion,
    request: DecisionClose,
) -> Decision:
    """End a decision: delivered with evidence, declined with reason and alternative, or withdrawn. Rule F13."""
    decision = await queries.managed_decision(session, actor, decision_id)
    expected.check(decision.version)
    if decision.state is not rules.DecisionState.OPEN:
        raise Conflict(f"The decision was {decision.state.value} already.", rule="F13")
    outcome = rules.DecisionState(request.outcome)
    ended_on = request.ended_on or now.date()
    unmet = rules.closing_obstacles(outcome, request.evidence, request.reason, request.alternative)
    unmet += rules.ending_day_obstacles(ended_on, decision.decided_on, now.date())
    if unmet:
        raise Refused("The decision can't end yet.", code="not-closable", rule="F13", unmet=unmet)
    decision.evidence, decision.reason, decision.alternative = request.evidence, request.reason, request.alternative
    decision.version += 1
    await _end(session, actor, now, decision, outcome, ended_on)
    return decision


async def _end(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    decision: Decision,
    outcome: rules.DecisionState,
    ended_on: date,
) -> None:
    decision.state, decision.closed_at, decision.ended_on = outcome, now, ended_on
    decision.on_time = rules.delivered_on_time(outcome, decision.due_on, ended_on)
    await amend_entry(
        session, forum_id=decision.forum_id, kind=EntryKind.DECISION, source_id=decision.id, settled_at=now
    )
    event = DecisionClosed.model_validate(
        {
            "decision_id": decision.id,
            "forum_id": decision.forum_id,
            "area": decision.area,
            "kind": decision.kind,
            "outcome": outcome.value,
            "closed_at": now,
            "due_on": decision.due_on,
            "on_time": decision.on_time,
            "ended_on": ended_on,
        }
    )
    await emit(session, event, subject=decision.id, area=decision.area, actor=actor, at=now)
