"""Changes of meetings."""

from datetime import datetime
from operator import attrgetter
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import MeetingCalledOff, MeetingClimateChanged, MeetingHeld, MeetingPlanned
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.advisories.commands import settle
from services.forum.advisories.rules import About
from services.forum.agenda.commands import take_up
from services.forum.areas.queries import area_by_code
from services.forum.forums.queries import first_rules_adopted, forum_by_id, managed_forum
from services.forum.forums.tables import Forum
from services.forum.meetings import queries, rules
from services.forum.meetings.schemas import ClimateNote, MeetingCallOff, MeetingCreate, MeetingHold, MeetingPatch
from services.forum.meetings.tables import AttendanceMark, Meeting, MeetingClimate, Postponement
from services.forum.members.queries import seats
from services.forum.members.rules import seat_day_obstacle
from services.forum.trust.queries import trust_level
from services.forum.trust.rules import TrustLevel


async def plan_meeting(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, request: MeetingCreate
) -> Meeting:
    """Plan a meeting of a forum; cautions go with it as advisories. Rule F7."""
    forum = await managed_forum(session, actor, forum_id)
    meeting = Meeting(
        **request.model_dump(),
        forum_id=forum_id,
        area=forum.area,
        state=rules.MeetingState.PLANNED,
        public_counts=[],
        advisories=[],
    )
    session.add(meeting)
    await session.flush()
    await _advise(session, actor, now, forum, meeting)
    await _emit_planned(session, actor, now, meeting)
    return meeting


async def change_meeting(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    meeting_id: UUID,
    expected: ExpectedVersion,
    request: MeetingPatch,
) -> Meeting:
    """Change a meeting not yet held; a postponed one is planned anew by a new date, or taken up as it was. Rule F7."""
    meeting = await queries.managed_meeting(session, actor, meeting_id)
    expected.check(meeting.version)
    if obstacle := rules.state_obstacle(meeting.state, "changed"):
        raise Conflict(obstacle, rule="F7")
    moved = request.starts_at is not None and request.starts_at != meeting.starts_at
    replanned = moved or (meeting.state is rules.MeetingState.POSTPONED and request.state is not None)
    was = meeting.state
    for name, value in request.model_dump(include=request.model_fields_set - {"state"}).items():
        if value is not None or name in {"place", "in_area"}:
            setattr(meeting, name, value)
    meeting.state = rules.state_after_change(was, moved=moved, taken_up=request.state is not None)
    if replanned:
        meeting.state_reason = None
    await _advise(session, actor, now, await managed_forum(session, actor, meeting.forum_id), meeting)
    meeting.version += 1
    if replanned:
        await _emit_planned(session, actor, now, meeting)
    return meeting


async def hold_meeting(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    meeting_id: UUID,
    expected: ExpectedVersion,
    request: MeetingHold,
) -> Meeting:
    """Record that a meeting took place and who came: members by seat, the public as counts. Rules F4, F7, F10."""
    meeting = await queries.managed_meeting(session, actor, meeting_id)
    expected.check(meeting.version)
    if obstacle := rules.state_obstacle(meeting.state, "held"):
        raise Conflict(obstacle, rule="F7")
    forum = await forum_by_id(session, meeting.forum_id)
    held_on = rules.local_day(request.held_at, forum.time_zone)
    rules_since = await first_rules_adopted(session, meeting.forum_id)
    unmet = rules.holding_obstacles(meeting.starts_at, request.held_at, now, rules_since, held_on)
    marked = [mark.member_id for mark in request.attendance]
    if len(set(marked)) < len(marked):
        unmet.append("A member is marked twice: give each member one mark.")
    known = await seats(session, meeting.forum_id, marked)
    if len(known) < len(set(marked)):
        unmet.append("Attendance names someone who has no seat in this forum: give them a seat first.")
    for seat in sorted(known.values(), key=attrgetter("id")):
        if obstacle := seat_day_obstacle(seat.id, seat.term_start, seat.term_end, held_on):
            unmet.append(obstacle)
    if unmet:
        raise Refused("The meeting can't be recorded as held yet.", code="not-holdable", rule="F7", unmet=unmet)
    session.add_all(AttendanceMark(meeting_id=meeting_id, **mark.model_dump()) for mark in request.attendance)
    meeting.state, meeting.held_at = rules.MeetingState.HELD, request.held_at
    meeting.members_present = rules.present([mark.status for mark in request.attendance])
    meeting.public_present = sum(group.count for group in request.public)
    meeting.public_counts = [group.model_dump() for group in request.public]
    meeting.highest_police_rank = request.highest_police_rank
    if request.climate is not None:
        session.add(MeetingClimate(meeting_id=meeting_id, **request.climate.model_dump()))
    meeting.version += 1
    event = MeetingHeld(
        meeting_id=meeting.id,
        forum_id=meeting.forum_id,
        area=meeting.area,
        held_at=request.held_at,
        purpose=meeting.purpose,
        public=meeting.public,
        members_present=meeting.members_present,
        public_present=meeting.public_present,
    )
    await emit(session, event, subject=meeting.id, area=meeting.area, actor=actor, at=now)
    await _end_advice(session, actor, now, meeting)
    await take_up(
        session,
        forum_id=meeting.forum_id,
        meeting_id=meeting.id,
        held_at=request.held_at,
        topics=[topic["title"] for topic in meeting.topics],
    )
    return meeting


async def call_off_meeting(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    meeting_id: UUID,
    expected: ExpectedVersion,
    request: MeetingCallOff,
) -> Meeting:
    """Postpone or cancel a meeting, with a reason. Rule F7."""
    meeting = await queries.managed_meeting(session, actor, meeting_id)
    expected.check(meeting.version)
    if obstacle := rules.state_obstacle(meeting.state, request.state):
        raise Conflict(obstacle, rule="F7")
    meeting.state, meeting.state_reason = rules.MeetingState(request.state), request.reason
    if meeting.state is rules.MeetingState.POSTPONED:
        await session.merge(Postponement(meeting_id=meeting_id, starts_at=meeting.starts_at, forum_id=meeting.forum_id))
    meeting.version += 1
    event = MeetingCalledOff(meeting_id=meeting.id, forum_id=meeting.forum_id, area=meeting.area, state=request.state)
    await emit(session, event, subject=meeting.id, area=meeting.area, actor=actor, at=now)
    if meeting.state not in rules.OPEN_STATES:
        await _end_advice(session, actor, now, meeting)
    return meeting


async def note_climate(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    meeting_id: UUID,
    expected: ExpectedVersion,
    request: ClimateNote,
) -> tuple[Meeting, MeetingClimate]:
    """Note the climate of a held meeting, or put right what was noted wrongly. Rule F17."""
    meeting = await queries.managed_meeting(session, actor, meeting_id)
    expected.check(meeting.version)
    if meeting.state is not rules.MeetingState.HELD:
        raise Conflict("The climate is noted of a meeting that was held; record it as held first.", rule="F17")
    noted = await session.merge(MeetingClimate(meeting_id=meeting_id, **request.model_dump()))
    meeting.version += 1
    event = MeetingClimateChanged(meeting_id=meeting.id, forum_id=meeting.forum_id, area=meeting.area)
    await emit(session, event, subject=meeting.id, area=meeting.area, actor=actor, at=now)
    return meeting, noted


async def _end_advice(session: AsyncSession, actor: Actor, now: datetime, meeting: Meeting) -> None:
    """Nothing is left to plan: no advisory stands; what was advised stays in the meeting's record."""
    await settle(
        session,
        actor,
        now,
        forum_id=meeting.forum_id,
        area=meeting.area,
        about=About.MEETING,
        about_id=meeting.id,
        cautions=[],
    )


async def _advise(session: AsyncSession, actor: Actor, now: datetime, forum: Forum, meeting: Meeting) -> None:
    planned = rules.Planned(
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        place_kind=rules.PlaceKind(meeting.place_kind),
        in_area=meeting.in_area,
        sensitive=any(topic["sensitive"] for topic in meeting.topics),
        personal_safety=any(topic.get("personal_safety") for topic in meeting.topics),
        languages=frozenset([*meeting.languages, *meeting.interpreters]),
        emergency=meeting.emergency is not None,
    )
    found = rules.planning_cautions(planned, await _circumstances(session, forum, meeting), now)
    meeting.advisories = [vars(caution) for caution in found]
    await settle(
        session,
        actor,
        now,
        forum_id=forum.id,
        area=forum.area,
        about=About.MEETING,
        about_id=meeting.id,
        cautions=found,
    )


async def _circumstances(session: AsyncSession, forum: Forum, meeting: Meeting) -> rules.Circumstances:
    area = await area_by_code(session, forum.area)
    return rules.Circumstances(
        time_zone=forum.time_zone,
        interval_days=forum.interval_days,
        notice_days=forum.notice_days,
        previous=await queries.last_start_before(session, forum.id, meeting.starts_at),
        trust_is_low=await trust_level(session, forum.area) is TrustLevel.LOW,
        area_languages=frozenset(area.languages),
    )


async def _emit_planned(session: AsyncSession, actor: Actor, now: datetime, meeting: Meeting) -> None:
    event = MeetingPlanned(
        meeting_id=meeting.id,
        forum_id=meeting.forum_id,
        area=meeting.area,
        starts_at=meeting.starts_at,
        purpose=meeting.purpose,
        public=meeting.public,
        duration_minutes=meeting.duration_minutes,
        critical_incident=meeting.emergency and meeting.emergency["critical_incident"],
    )
    await emit(session, event, subject=meeting.id, area=meeting.area, actor=actor, at=now)
