"""Meetings over HTTP."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.errors import Invalid
from beatbook.kit.paging import Page, PageParams, PageRequest
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.forums.rules import may_see_inside
from services.forum.meetings import commands, queries
from services.forum.meetings.rules import MeetingState
from services.forum.meetings.schemas import (
    AttendanceView,
    ClimateNote,
    ClimateView,
    MeetingCallOff,
    MeetingCreate,
    MeetingHold,
    MeetingPatch,
    MeetingView,
)
from services.forum.meetings.tables import Meeting

routes = router(tags=["meetings"])


def _view(meeting: Meeting, actor: Actor) -> MeetingView:
    view = MeetingView.model_validate(meeting)
    return view if may_see_inside(actor, meeting.area) else view.model_copy(update={"advisories": []})


def _key(meeting: Meeting) -> str:
    return f"{meeting.starts_at.isoformat()} {meeting.id}"


def _cursor(page: PageRequest) -> tuple[datetime, UUID] | None:
    text = page.after_text()
    if text is None:
        return None
    start, _, meeting_id = text.rpartition(" ")
    try:
        return datetime.fromisoformat(start).astimezone(UTC), UUID(meeting_id)
    except (ValueError, OverflowError) as error:
        raise Invalid("The 'after' cursor is not one that this list gave out.") from error


@routes.post("/forums/{forum_id}/meetings", status_code=201)
async def plan_meeting(
    forum_id: UUID, request: MeetingCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> MeetingView:
    """Plan a meeting."""
    meeting = await commands.plan_meeting(session, actor, now, forum_id, request)
    set_etag(response, meeting.version)
    return _view(meeting, actor)


@routes.get("/meetings")
async def list_meetings(
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    forum: UUID | None = None,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
    areas: Annotated[str | None, Query(description="Exactly these areas, separated by commas", max_length=8000)] = None,
    state: MeetingState | None = None,
) -> Page[MeetingView]:
    """Meetings, newest first."""
    rows = await queries.list_meetings(
        session,
        actor,
        forum_id=forum,
        within=area,
        areas=areas.split(",") if areas else None,
        state=state,
        after=_cursor(page),
        limit=page.limit + 1,
    )
    return page.page(rows, lambda row: _view(row, actor), _key)


@routes.get("/forums/{forum_id}/meetings")
async def list_forum_meetings(
    forum_id: UUID, session: Read, actor: CurrentActor, page: PageParams
) -> Page[MeetingView]:
    """One forum's meetings, newest first."""
    rows = await queries.list_meetings(
        session,
        actor,
        forum_id=forum_id,
        within=None,
        areas=None,
        state=None,
        after=_cursor(page),
        limit=page.limit + 1,
    )
    return page.page(rows, lambda row: _view(row, actor), _key)


@routes.get("/meetings/{meeting_id}")
async def read_meeting(meeting_id: UUID, session: Read, actor: CurrentActor, response: Response) -> MeetingView:
    """One meeting."""
    meeting = await queries.meeting_by_id(session, actor, meeting_id)
    set_etag(response, meeting.version)
    return _view(meeting, actor)


@routes.get("/meetings/{meeting_id}/attendance")
async def list_attendance(meeting_id: UUID, session: Read, actor: CurrentActor) -> list[AttendanceView]:
    """Who came, by seat."""
    rows = await queries.list_attendance(session, actor, meeting_id)
    return [AttendanceView.model_validate(row) for row in rows]


@routes.get("/meetings/{meeting_id}/climate")
async def read_climate(meeting_id: UUID, session: Read, actor: CurrentActor, response: Response) -> ClimateView:
    """The climate noted of a meeting; its ETag is the meeting's."""
    meeting, noted = await queries.climate_of(session, actor, meeting_id)
    set_etag(response, meeting.version)
    return ClimateView.model_validate(noted)


@routes.put("/meetings/{meeting_id}/climate")
async def note_climate(
    meeting_id: UUID,
    request: ClimateNote,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ClimateView:
    """Note a held meeting's climate, or put right what was noted wrongly."""
    meeting, noted = await commands.note_climate(session, actor, now, meeting_id, expected, request)
    set_etag(response, meeting.version)
    return ClimateView.model_validate(noted)


@routes.patch("/meetings/{meeting_id}")
async def change_meeting(
    meeting_id: UUID,
    request: MeetingPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> MeetingView:
    """Change a meeting not yet held."""
    meeting = await commands.change_meeting(session, actor, now, meeting_id, expected, request)
    set_etag(response, meeting.version)
    return _view(meeting, actor)


@routes.post("/meetings/{meeting_id}/hold")
async def hold_meeting(
    meeting_id: UUID,
    request: MeetingHold,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> MeetingView:
    """Record that a meeting took place and who came."""
    meeting = await commands.hold_meeting(session, actor, now, meeting_id, expected, request)
    set_etag(response, meeting.version)
    return _view(meeting, actor)


@routes.post("/meetings/{meeting_id}/call-off")
async def call_off_meeting(
    meeting_id: UUID,
    request: MeetingCallOff,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> MeetingView:
    """Postpone or cancel a meeting."""
    meeting = await commands.call_off_meeting(session, actor, now, meeting_id, expected, request)
    set_etag(response, meeting.version)
    return _view(meeting, actor)
