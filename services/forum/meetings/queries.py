"""Reads of meetings. A closed meeting is seen from inside only. Rule F20."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound
from beatbook.kit.scoping import lies_within
from services.forum.forums.rules import INSIDERS, may_manage, may_see_inside
from services.forum.meetings.rules import MeetingState
from services.forum.meetings.tables import AttendanceMark, Meeting, MeetingClimate


def visible_to(statement: SelectOfScalar[Meeting], actor: Actor) -> SelectOfScalar[Meeting]:
    """The one scoping door: public meetings, and closed ones in areas where the actor is inside."""
    inside = lies_within(col(Meeting.area), *actor.areas_as(INSIDERS))
    return statement.where(or_(col(Meeting.public), inside))


async def meeting_by_id(session: AsyncSession, actor: Actor, meeting_id: UUID, *, locked: bool = False) -> Meeting:
    """One meeting the actor may know of; raises `NotFound`."""
    meeting = await session.get(Meeting, meeting_id, with_for_update=locked or None)
    if meeting is None or not (meeting.public or may_see_inside(actor, meeting.area)):
        raise NotFound("meeting")
    return meeting


async def managed_meeting(session: AsyncSession, actor: Actor, meeting_id: UUID) -> Meeting:
    """A meeting, locked, whose records the actor may keep; raises `NotFound` or `Forbidden`."""
    meeting = await meeting_by_id(session, actor, meeting_id, locked=True)
    if not may_manage(actor, meeting.area):
        raise Forbidden("To change a meeting's records you need a council or admin grant for its area.")
    return meeting


async def list_meetings(
    session: AsyncSession,
    actor: Actor,
    *,
    forum_id: UUID | None,
    within: str | None,
    areas: Sequence[str] | None,
    state: MeetingState | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Meeting]:
    """Meetings the actor may know of, newest start first."""
    statement = visible_to(select(Meeting), actor)
    if forum_id is not None:
        statement = statement.where(Meeting.forum_id == forum_id)
    if within is not None:
        statement = statement.where(lies_within(col(Meeting.area), within))
    if areas is not None:
        statement = statement.where(col(Meeting.area).in_(areas))
    if state is not None:
        statement = statement.where(col(Meeting.state) == state)
    if after is not None:
        statement = statement.where(tuple_(col(Meeting.starts_at), col(Meeting.id)) < tuple_(*after))
    statement = statement.order_by(col(Meeting.starts_at).desc(), col(Meeting.id).desc()).limit(limit)
    return (await session.exec(statement)).all()


async def last_start_before(session: AsyncSession, forum_id: UUID, moment: datetime) -> datetime | None:
    """When the forum's last meeting before a moment began, leaving out those called off."""
    statement = (
        select(Meeting.starts_at)
        .where(
            Meeting.forum_id == forum_id,
            Meeting.starts_at < moment,
            col(Meeting.state).in_([MeetingState.HELD, MeetingState.PLANNED, MeetingState.INVITED]),
        )
        .order_by(col(Meeting.starts_at).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def list_attendance(session: AsyncSession, actor: Actor, meeting_id: UUID) -> Sequence[AttendanceMark]:
    """Attendance by member, for those inside; raises `NotFound`. Rule F10."""
    meeting = await meeting_by_id(session, actor, meeting_id)
    if not may_see_inside(actor, meeting.area):
        raise NotFound("attendance")
    statement = (
        select(AttendanceMark).where(AttendanceMark.meeting_id == meeting_id).order_by(col(AttendanceMark.member_id))
    )
    return (await session.exec(statement)).all()


async def climate_of(session: AsyncSession, actor: Actor, meeting_id: UUID) -> tuple[Meeting, MeetingClimate]:
    """A meeting with the climate noted of it, for those inside; raises `NotFound` also if none was noted. Rule F17."""
    meeting = await meeting_by_id(session, actor, meeting_id)
    noted = await session.get(MeetingClimate, meeting_id)
    if noted is None or not may_see_inside(actor, meeting.area):
        raise NotFound("noted climate")
    return meeting, noted
