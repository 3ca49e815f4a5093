"""Calendars: of a forum, and of an area with everything below it; as a page and as a feed. Rule F20.

A closed meeting is in neither: its owner does not tell the public that there is one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from gateway.clients.forum import ForumRecord, MeetingRecord
from gateway.web.languages import offered, words_of
from gateway.web.public import reading
from gateway.web.public.asked import Asked, at, attachment, give, show
from gateway.web.public.ical import Listed, calendar
from gateway.web.public.shelf import Drawn

routes = APIRouter(include_in_schema=False)

MEDIA_TYPE = "text/calendar; charset=utf-8"
MEETINGS = 500
"""The most that a feed holds, the latest first to be kept."""
BACK = timedelta(days=366)
PAST_SHOWN = 30


@at(routes, "/forum/{forum_id}/calendar.ics")
async def forum_feed(request: Request, forum_id: str) -> Response:
    """A forum's meetings as iCalendar."""

    async def make(asked: Asked) -> Drawn:
        placed = await reading.placed_forum(asked.forum, forum_id)
        meetings = await _meetings(asked, forum=str(placed.forum.id))
        return await _feed(asked, placed.forum.name, meetings, {placed.forum.id: placed.forum})

    return await give(request, make, by_language=True)


@at(routes, "/area/{code}/calendar.ics")
async def area_feed(request: Request, code: str) -> Response:
    """The meetings of an area and below it as iCalendar."""

    async def make(asked: Asked) -> Drawn:
        area, _ = await reading.area_with_above(asked.forum, code)
        meetings = await _meetings(asked, area=code)
        return await _feed(asked, area.name, meetings, await _forums(asked, code, meetings))

    return await give(request, make, by_language=True)


@at(routes, "/forum/{forum_id}/calendar")
async def forum_calendar(request: Request, forum_id: str) -> Response:
    """A forum's meetings, to come and past."""

    async def values(asked: Asked) -> Mapping[str, Any]:
        placed = await reading.placed_forum(asked.forum, forum_id)
        meetings = await _meetings(asked, forum=str(placed.forum.id))
        shown = _shown(asked.now, meetings, {placed.forum.id: placed.forum}, name=False)
        languages = [words_of(code) for code in offered(placed.area.languages)]
        return {**shown, "forum": placed.forum, "area": placed.area, "above": placed.above, "languages": languages}

    return await show(request, "public/calendar.html", values)


@at(routes, "/area/{code}/calendar")
async def area_calendar(request: Request, code: str) -> Response:
    """The meetings of an area and below it, to come and past."""

    async def values(asked: Asked) -> Mapping[str, Any]:
        area, above = await reading.area_with_above(asked.forum, code)
        meetings = await _meetings(asked, area=code)
        shown = _shown(asked.now, meetings, await _forums(asked, code, meetings), name=True)
        languages = [words_of(spoken) for spoken in offered(area.languages)]
        return {**shown, "forum": None, "area": area, "above": above, "languages": languages}

    return await show(request, "public/calendar.html", values)


async def _meetings(asked: Asked, **whose: str) -> list[MeetingRecord]:
    """The meetings from a year back on, latest start first, up to `MEETINGS`."""
    found: list[MeetingRecord] = []
    after: str | None = None
    since = asked.now - BACK
    while len(found) < MEETINGS:
        page = await asked.forum.meetings(**whose, after=after, limit=100)
        found.extend(meeting for meeting in page.items if meeting.starts_at >= since)
        after = page.next
        if after is None or page.items[-1].starts_at < since:
            break
    return found


async def _forums(asked: Asked, area: str, meetings: Sequence[MeetingRecord]) -> dict[UUID, ForumRecord]:
    return await reading.forums_by_id(asked.forum, area, {meeting.forum_id for meeting in meetings})


async def _feed(
    asked: Asked, name: str, meetings: Sequence[MeetingRecord], forums: Mapping[UUID, ForumRecord]
) -> Drawn:
    listed = [
        Listed(
            reading.sitting(meeting, forums.get(meeting.forum_id)),
            forums.get(meeting.forum_id),
            f"{asked.base}/forum/{meeting.forum_id}",
        )
        for meeting in sorted(meetings, key=lambda meeting: (meeting.starts_at, meeting.id))
    ]
    text = await asyncio.to_thread(calendar, name, listed, asked.words)
    return Drawn(text, MEDIA_TYPE, (attachment("calendar.ics"),))


def _shown(
    now: datetime, meetings: Sequence[MeetingRecord], forums: Mapping[UUID, ForumRecord], *, name: bool
) -> dict[str, Any]:
    """What the page lists: to come, the next first; past and held, the last first. `name`: say which forum meets."""
    sittings = [
        (reading.sitting(meeting, forums.get(meeting.forum_id)), forums.get(meeting.forum_id) if name else None)
        for meeting in meetings
    ]
    ahead = [one for one in sittings if one[0].meeting.state != "held" and one[0].meeting.starts_at >= now]
    past = [one for one in sittings if one[0].meeting.state == "held"]
    return {"coming": list(reversed(ahead))[:100], "past": past[:PAST_SHOWN]}
