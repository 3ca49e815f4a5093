"""Reads of series, for those inside the forum: they tell of closed meetings too."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, func, or_, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound, Refused
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import may_manage, may_see_inside
from services.forum.meetings.tables import Meeting
from services.forum.series import rules
from services.forum.series.schemas import PreviewView, StartView
from services.forum.series.tables import Series, SeriesMeeting


async def series_by_id(session: AsyncSession, actor: Actor, series_id: UUID, *, locked: bool = False) -> Series:
    """One series the actor may know of; raises `NotFound`."""
    series = await session.get(Series, series_id, with_for_update=locked or None)
    if series is None or not may_see_inside(actor, series.area):
        raise NotFound("series of meetings")
    return series


async def managed_series(session: AsyncSession, actor: Actor, series_id: UUID) -> Series:
    """A series, locked, that the actor may change; raises `NotFound` or `Forbidden`."""
    series = await series_by_id(session, actor, series_id, locked=True)
    if not may_manage(actor, series.area):
        raise Forbidden("To change a series of meetings you need a council or admin grant for its area.")
    return series


async def list_series(
    session: AsyncSession, actor: Actor, forum_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Series]:
    """A forum's series, oldest first; raises `NotFound` for who is not inside."""
    forum = await forum_by_id(session, forum_id)
    if not may_see_inside(actor, forum.area):
        raise NotFound("forum's series of meetings")
    statement = select(Series).where(Series.forum_id == forum_id).order_by(col(Series.id)).limit(limit)
    if after is not None:
        statement = statement.where(col(Series.id) > after)
    return (await session.exec(statement)).all()


async def going_on(session: AsyncSession, forum_id: UUID, today: date) -> int:
    """How many series of a forum have not ended."""
    statement = select(func.count()).where(
        Series.forum_id == forum_id, or_(col(Series.last_day).is_(None), col(Series.last_day) >= today)
    )
    return (await session.exec(statement)).one()


async def list_planned(
    session: AsyncSession, actor: Actor, series_id: UUID, *, after: date | None, limit: int
) -> Sequence[SeriesMeeting]:
    """Which meeting came of which day, by day; raises `NotFound`."""
    await series_by_id(session, actor, series_id)
    statement = select(SeriesMeeting).where(SeriesMeeting.series_id == series_id)
    if after is not None:
        statement = statement.where(col(SeriesMeeting.day) > after)
    return (await session.exec(statement.order_by(col(SeriesMeeting.day)).limit(limit))).all()


async def waiting(session: AsyncSession, series_id: UUID, now: datetime) -> Sequence[tuple[SeriesMeeting, Meeting]]:
    """The series' meetings still to come with their days, locked in the order of their ids."""
    statement = (
        select(SeriesMeeting, Meeting)
        .where(SeriesMeeting.meeting_id == Meeting.id, SeriesMeeting.series_id == series_id, Meeting.starts_at > now)
        .order_by(col(Meeting.id))
        .with_for_update()
    )
    return (await session.exec(statement)).all()


async def planned_days(session: AsyncSession, series_id: UUID, since: date) -> set[date]:
    """The days from one on that the series has a meeting for, whatever became of it."""
    statement = select(SeriesMeeting).where(SeriesMeeting.series_id == series_id, SeriesMeeting.day >= since)
    return {planned.day for planned in await session.exec(statement)}


async def preview(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, rrule: str, starts_local: datetime
) -> PreviewView:
    """The starts that a rule would give a forum from now on to the horizon; raises `NotFound` or `Refused`."""
    forum = await forum_by_id(session, forum_id)
    if not may_see_inside(actor, forum.area):
        raise NotFound("forum's series of meetings")
    recurrence = recurrence_of(rrule, starts_local, forum.time_zone)
    here = local_now(now, forum.time_zone)
    found = rules.occurrences(recurrence, after=here, until=here + rules.HORIZON, excluded=(), last_day=None)
    starts = [StartView(local=each.local, starts_at=rules.moment_of(each.local, forum.time_zone)) for each in found]
    return PreviewView(time_zone=forum.time_zone, starts=starts)


def recurrence_of(rrule: str, starts_local: datetime, time_zone: str) -> rules.Recurrence:
    """A recurrence rule, read; raises `Refused`."""
    try:
        return rules.parse_recurrence(rrule, starts_local, time_zone)
    except ValueError as error:
        raise Refused(f"The recurrence rule can't be taken: {error}.", code="wrong-recurrence", rule="F7") from error


def local_now(now: datetime, time_zone: str) -> datetime:
    """What the clocks of a place show."""
    return now.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
