"""Changes of series, and the planning ahead of their meetings, by request and by the clock."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, or_, select

from beatbook.contracts.actor import Actor, Grant, Role
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.timers import WorkerContext
from beatbook.kit.web import ANY_VERSION, ExpectedVersion
from services.forum.agenda.queries import own_items
from services.forum.forums.queries import managed_forum
from services.forum.meetings.commands import call_off_meeting, change_meeting, plan_meeting
from services.forum.meetings.rules import MeetingState
from services.forum.meetings.schemas import MeetingCallOff, MeetingCreate, MeetingPatch
from services.forum.meetings.tables import Meeting
from services.forum.series import queries, rules
from services.forum.series.rules import Occurrence
from services.forum.series.schemas import SeriesCreate, SeriesEnd, SeriesPatch
from services.forum.series.tables import Series, SeriesMeeting

CHANGED = "The series of meetings was changed."


async def start_series(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, request: SeriesCreate
) -> Series:
    """Have meetings recur, and plan those up to the horizon. Rule F7."""
    forum = await managed_forum(session, actor, forum_id)
    queries.recurrence_of(request.rrule, request.starts_local, forum.time_zone)
    if await queries.going_on(session, forum_id, now.date()) >= rules.MOST_SERIES:
        raise Refused(f"A forum has at most {rules.MOST_SERIES} series at once: end one first.", rule="F7")
    series = Series(
        forum_id=forum_id,
        area=forum.area,
        rrule=rules.normal_rule(request.rrule),
        starts_local=request.starts_local,
        time_zone=forum.time_zone,
        duration_minutes=request.duration_minutes,
        meeting=request.meeting.model_dump(mode="json"),
        excluded=_days(request.excluded),
        planned_until=now.date(),
        created_at=now,
    )
    session.add(series)
    await session.flush()
    await _plan_ahead(session, actor, now, series)
    return series


async def change_series(
    session: AsyncSession, actor: Actor, now: datetime, series_id: UUID, expected: ExpectedVersion, request: SeriesPatch
) -> Series:
    """Change a series and the meetings that it planned, but those held, off, invited to or changed by hand. Rule F7."""
    series = await queries.managed_series(session, actor, series_id)
    expected.check(series.version)
    _refuse_ended(series, now)
    if request.meeting is not None and request.meeting.public != series.meeting["public"]:
        raise Refused("A series stays public or closed: end this one and start another.", rule="F7")
    series.rrule = rules.normal_rule(request.rrule or series.rrule)
    series.starts_local = request.starts_local or series.starts_local
    series.duration_minutes = request.duration_minutes or series.duration_minutes
    if request.meeting is not None:
        series.meeting = request.meeting.model_dump(mode="json")
    if request.excluded is not None:
        series.excluded = _days(request.excluded)
    recurrence = queries.recurrence_of(series.rrule, series.starts_local, series.time_zone)
    here = queries.local_now(now, series.time_zone)
    wanted = {each.day: each for each in _occurrences(series, recurrence, here)}
    for link, meeting in await queries.waiting(session, series.id, now):
        if await _is_changed(session, link, meeting):
            continue
        if (occurrence := wanted.get(link.day)) is None:
            off = MeetingCallOff(state="cancelled", reason=CHANGED)
            await call_off_meeting(session, actor, now, meeting.id, ANY_VERSION, off)
            await session.delete(link)
        else:
            patch = _as_patch(_body(series, occurrence))
            if any(getattr(meeting, name) != value for name, value in patch.model_dump(exclude_unset=True).items()):
                meeting = await change_meeting(session, actor, now, meeting.id, ANY_VERSION, patch)
                link.meeting_version = meeting.version
    series.version += 1
    await session.flush()
    await _plan_ahead(session, actor, now, series)
    return series


async def end_series(
    session: AsyncSession, actor: Actor, now: datetime, series_id: UUID, expected: ExpectedVersion, request: SeriesEnd
) -> Series:
    """End a series: meetings after its last day are cancelled, but those invited to or changed by hand. Rule F7."""
    series = await queries.managed_series(session, actor, series_id)
    expected.check(series.version)
    _refuse_ended(series, now)
    off = MeetingCallOff(state="cancelled", reason=request.reason)
    for link, meeting in await queries.waiting(session, series.id, now):
        if link.day > request.last_day and not await _is_changed(session, link, meeting):
            await call_off_meeting(session, actor, now, meeting.id, ANY_VERSION, off)
    series.last_day = request.last_day
    series.version += 1
    return series


async def plan_all_ahead(context: WorkerContext) -> None:
    """Plan the meetings of every series up to the horizon: each in a transaction of its own, once only in effect."""
    now = context.clock()
    due = (now + rules.HORIZON).date()
    going_on = or_(col(Series.last_day).is_(None), col(Series.last_day) >= now.date())
    async with context.database.sessions.begin() as session:
        short = (await session.exec(select(Series.id).where(going_on, Series.planned_until < due))).all()
    for series_id in short:
        async with context.database.sessions.begin() as session:
            found = select(Series).where(Series.id == series_id).with_for_update(skip_locked=True)
            if (series := (await session.exec(found)).first()) is not None:
                keeper = Actor(subject="forum", grants=(Grant(role=Role.COUNCIL, area=series.area),))
                await _plan_ahead(session, keeper, now, series)


async def _plan_ahead(session: AsyncSession, actor: Actor, now: datetime, series: Series) -> None:
    """Plan the meetings that are not planned yet; a day whose meeting was moved or called off is not planned again."""
    here = queries.local_now(now, series.time_zone)
    recurrence = queries.recurrence_of(series.rrule, series.starts_local, series.time_zone)
    coming = _occurrences(series, recurrence, here)
    there = await queries.planned_days(session, series.id, here.date())
    for occurrence in coming:
        if occurrence.day not in there:
            meeting = await plan_meeting(session, actor, now, series.forum_id, _body(series, occurrence))
            session.add(
                SeriesMeeting(
                    series_id=series.id, day=occurrence.day, meeting_id=meeting.id, meeting_version=meeting.version
                )
            )
    full = len(coming) == rules.MOST_AHEAD
    series.planned_until = coming[-1].day if full else (now + rules.HORIZON).date()


def _occurrences(series: Series, recurrence: rules.Recurrence, here: datetime) -> list[Occurrence]:
    excluded = {date.fromisoformat(day) for day in series.excluded}
    return rules.occurrences(
        recurrence, after=here, until=here + rules.HORIZON, excluded=excluded, last_day=series.last_day
    )


def _body(series: Series, occurrence: Occurrence) -> MeetingCreate:
    pattern = dict(series.meeting)
    purposes = pattern.pop("purposes")
    return MeetingCreate(
        **pattern,
        purpose=purposes[occurrence.number % len(purposes)],
        starts_at=rules.moment_of(occurrence.local, series.time_zone),
        duration_minutes=series.duration_minutes,
    )


def _as_patch(body: MeetingCreate) -> MeetingPatch:
    return MeetingPatch(**body.model_dump(exclude={"public", "emergency"}))


async def _is_changed(session: AsyncSession, link: SeriesMeeting, meeting: Meeting) -> bool:
    """Whether people did something about the meeting: then the series leaves it alone."""
    if meeting.version != link.meeting_version or meeting.state is not MeetingState.PLANNED:
        return True
    return bool(await own_items(session, meeting.id))


def _days(days: Sequence[date]) -> list[str]:
    return sorted({day.isoformat() for day in days})


def _refuse_ended(series: Series, now: datetime) -> None:
    if series.last_day is not None and series.last_day < now.date():
        raise Conflict(f"The series ended on {series.last_day}: start another.", rule="F7")
