"""Changes of minutes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import MinutesApproved, MinutesCirculated, MinutesRemarked
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.agenda.commands import queue
from services.forum.agenda.rules import EntryKind
from services.forum.forums.queries import forum_by_id
from services.forum.meetings.queries import managed_meeting, meeting_by_id
from services.forum.meetings.rules import MeetingState, local_day
from services.forum.members.queries import has_chair
from services.forum.minutes import queries, rules
from services.forum.minutes.schemas import (
    MinutesApprove,
    MinutesCreate,
    MinutesItemIn,
    MinutesPatch,
    RemarkCreate,
    ResultIn,
)
from services.forum.minutes.tables import Minutes, MinutesRemark


async def write_minutes(session: AsyncSession, actor: Actor, meeting_id: UUID, request: MinutesCreate) -> Minutes:
    """Write the first draft of a held meeting's minutes. Rule F11."""
    meeting = await managed_meeting(session, actor, meeting_id)
    if meeting.state is not MeetingState.HELD or meeting.held_at is None:
        raise Conflict("Minutes are written of a meeting that was held; record it as held first.", rule="F11")
    if await queries.minutes_of_meeting(session, meeting_id) is not None:
        raise Conflict("This meeting has its minutes: there is one set for a meeting. Change that.", rule="F11a")
    minutes = Minutes(
        meeting_id=meeting_id,
        forum_id=meeting.forum_id,
        area=meeting.area,
        held_at=meeting.held_at,
        meeting_public=meeting.public,
        state=rules.MinutesState.DRAFT,
        items=stored(request.items, meeting.public),
        results=stored(request.results, meeting.public),
        language=request.language,
        public_attendees=request.public_attendees,
    )
    session.add(minutes)
    await session.flush()
    await queue(
        session,
        meeting.held_at,
        forum_id=minutes.forum_id,
        kind=EntryKind.MINUTES,
        source_id=minutes.id,
        title=f"Minutes of the meeting of {meeting.held_at:%Y-%m-%d}",
        public=False,
    )
    return minutes


async def change_minutes(
    session: AsyncSession, actor: Actor, minutes_id: UUID, expected: ExpectedVersion, request: MinutesPatch
) -> Minutes:
    """Change minutes not yet published; circulated or approved ones become a draft again. Rule F11."""
    minutes = await queries.managed_minutes(session, actor, minutes_id)
    expected.check(minutes.version)
    if minutes.state is rules.MinutesState.PUBLISHED:
        raise Conflict("The minutes are published and don't change any more; publish a correction instead.", rule="F11")
    if request.items is not None:
        minutes.items = stored(request.items, minutes.meeting_public)
    if request.results is not None:
        minutes.results = stored(request.results, minutes.meeting_public)
    if request.language is not None:
        minutes.language = request.language
    if request.public_attendees is not None:
        minutes.public_attendees = request.public_attendees
    minutes.state = rules.MinutesState.DRAFT
    minutes.version += 1
    return minutes


async def circulate_minutes(
    session: AsyncSession, actor: Actor, now: datetime, minutes_id: UUID, expected: ExpectedVersion
) -> Minutes:
    """Send a draft round to the members. Rule F11."""
    minutes = await stepped(session, actor, minutes_id, expected, rules.MinutesState.CIRCULATED)
    event = MinutesCirculated(
        minutes_id=minutes.id, meeting_id=minutes.meeting_id, forum_id=minutes.forum_id, area=minutes.area
    )
    await emit(session, event, subject=minutes.id, area=minutes.area, actor=actor, at=now)
    return minutes


async def send_remark(
    session: AsyncSession, actor: Actor, now: datetime, minutes_id: UUID, request: RemarkCreate
) -> MinutesRemark:
    """Send a remark on circulated minutes, from inside the forum. Rule F11."""
    minutes = await queries.minutes_inside(session, actor, minutes_id, locked=True)
    if minutes.state is not rules.MinutesState.CIRCULATED:
        raise Conflict(f"The minutes are {minutes.state.value}; remarks are sent while they go round.", rule="F11")
    if request.item is not None and request.item > len(minutes.items):
        raise Refused(f"The minutes have {len(minutes.items)} items: name one of them.", rule="F11")
    remark = MinutesRemark(
        minutes_id=minutes_id,
        author=actor.subject,
        minutes_version=minutes.version,
        sent_at=now,
        **request.model_dump(),
    )
    session.add(remark)
    event = MinutesRemarked(minutes_id=minutes_id, remark_id=remark.id, forum_id=minutes.forum_id, area=minutes.area)
    await emit(session, event, subject=minutes_id, area=minutes.area, actor=actor, at=now)
    return remark


async def approve_minutes(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    minutes_id: UUID,
    expected: ExpectedVersion,
    request: MinutesApprove,
) -> Minutes:
    """Approve circulated minutes, by the chair or by the next meeting. Rule F11."""
    minutes = await stepped(session, actor, minutes_id, expected, rules.MinutesState.APPROVED)
    if request.by == "chair":
        await _require_chair(session, minutes, now)
    else:
        await _require_later_meeting(session, actor, minutes, request.meeting_id)
    minutes.approved_by, minutes.approved_in = request.by, request.meeting_id
    event = MinutesApproved(
        minutes_id=minutes.id,
        meeting_id=minutes.meeting_id,
        forum_id=minutes.forum_id,
        area=minutes.area,
        number=minutes.published + 1,
    )
    await emit(session, event, subject=minutes.id, area=minutes.area, actor=actor, at=now)
    return minutes


async def _require_chair(session: AsyncSession, minutes: Minutes, now: datetime) -> None:
    """Somebody chairs or co-chairs on the day of approval, by the dated roles and where the forum is. Rules F2, F11."""
    forum = await forum_by_id(session, minutes.forum_id)
    if not await has_chair(session, minutes.forum_id, local_day(now, forum.time_zone)):
        raise Refused(
            "The forum has no chair in office who could approve; seat one, or approve at a meeting.", rule="F11"
        )


async def _require_later_meeting(
    session: AsyncSession, actor: Actor, minutes: Minutes, meeting_id: UUID | None
) -> None:
    if meeting_id is None:
        raise Refused("Name the meeting that approved: meeting_id.", rule="F11")
    meeting = await meeting_by_id(session, actor, meeting_id)
    later = meeting.held_at is not None and meeting.held_at > minutes.held_at
    if meeting.forum_id != minutes.forum_id or not later:
        raise Refused("The approving meeting must be a later meeting of the same forum that was held.", rule="F11")


async def stepped(
    session: AsyncSession, actor: Actor, minutes_id: UUID, expected: ExpectedVersion, target: rules.MinutesState
) -> Minutes:
    """Minutes, locked, one step further; raises `Conflict` when that is not their next step. Rule F11."""
    minutes = await queries.managed_minutes(session, actor, minutes_id)
    expected.check(minutes.version)
    if obstacle := rules.step_obstacle(minutes.state, target):
        raise Conflict(obstacle, rule="F11")
    minutes.state = target
    minutes.version += 1
    return minutes


def stored(parts: Sequence[MinutesItemIn | ResultIn], meeting_public: bool) -> list[dict[str, Any]]:
    """Items or results as they are kept: each open or closed. Rule F11a."""
    return [part.model_dump() | {"closed": rules.is_closed(part.closed, meeting_public)} for part in parts]
