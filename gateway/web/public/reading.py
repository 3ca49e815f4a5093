"""What the public pages read, in few calls at once, and how it is put for reading. Rule F20."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from beatbook.contracts.areas import lineage, parse_code
from beatbook.kit.errors import NotFound
from gateway.clients.forum import AreaRecord, DecisionRecord, ForumClient, ForumRecord, MeetingRecord, MinutesRecord

FORUM_PAGES = 10
"""Pages of an area's forums that are read for their names; beyond them, some are asked for one by one."""
FORUMS_ALONE = 100


@dataclass(frozen=True)
class Sitting:
    """A meeting in its forum's own time."""

    meeting: MeetingRecord
    starts: datetime
    ends: datetime
    zone: str


@dataclass(frozen=True)
class Placed:
    """A forum, its area, and the areas above, widest first."""

    forum: ForumRecord
    area: AreaRecord
    above: Sequence[AreaRecord]


def checked_id(text: str, noun: str) -> str:
    """An id that may become part of an address; raises `NotFound`."""
    try:
        return str(UUID(text))
    except ValueError as error:
        raise NotFound(noun) from error


async def area_with_above(forum: ForumClient, code: str) -> tuple[AreaRecord, list[AreaRecord]]:
    """An area and those above it; raises `NotFound`."""
    try:
        wanted = lineage(parse_code(code))
    except ValueError as error:
        raise NotFound("area") from error
    found = {area.code: area for area in await forum.areas(codes=wanted)}
    if code not in found:
        raise NotFound("area")
    return found[code], [found[above] for above in wanted[:-1] if above in found]


async def placed_forum(client: ForumClient, forum_id: str) -> Placed:
    """A forum and where it belongs; raises `NotFound`."""
    forum = await client.forum(checked_id(forum_id, "forum"))
    area, above = await area_with_above(client, forum.area)
    return Placed(forum, area, above)


def zone_of(forum: ForumRecord | None) -> ZoneInfo:
    """The zone of a forum's calendar; UTC where it has none that this machine knows."""
    try:
        return ZoneInfo(forum.time_zone if forum else "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def sitting(meeting: MeetingRecord, forum: ForumRecord | None) -> Sitting:
    """A meeting in its forum's time."""
    zone = zone_of(forum)
    starts = meeting.held_at or meeting.starts_at
    ends = starts + timedelta(minutes=meeting.duration_minutes)  # by the clock of UTC, which never jumps
    return Sitting(meeting, starts.astimezone(zone), ends.astimezone(zone), zone.key)


def coming(meetings: Sequence[MeetingRecord], forum: ForumRecord, now: datetime) -> list[Sitting]:
    """The meetings still to come, the next one first; those called off too, so that nobody comes in vain."""
    ahead = [meeting for meeting in meetings if meeting.state != "held" and meeting.starts_at >= now]
    return [sitting(meeting, forum) for meeting in sorted(ahead, key=lambda meeting: meeting.starts_at)]


async def forums_by_id(client: ForumClient, area: str, wanted: Collection[UUID]) -> dict[UUID, ForumRecord]:
    """The forums with these ids, which are of an area or below it."""
    found: dict[UUID, ForumRecord] = {}
    after: str | None = None
    for _ in range(FORUM_PAGES if wanted else 0):
        page = await client.forums(area=area, after=after, limit=100)
        found |= {forum.id: forum for forum in page.items if forum.id in wanted}
        after = page.next
        if after is None or len(found) == len(wanted):
            break
    missing = sorted(set(wanted) - found.keys())[:FORUMS_ALONE]
    return found | {forum.id: forum for forum in await asyncio.gather(*(client.forum(str(one)) for one in missing))}


async def forum_contents(
    client: ForumClient, forum: ForumRecord
) -> tuple[list[MeetingRecord], list[MinutesRecord], list[DecisionRecord], list[DecisionRecord]]:
    """A forum's meetings, minutes, open decisions and newest others, as far back as a page shows."""
    wanted = str(forum.id)
    meetings, minutes, still_open, newest = await asyncio.gather(
        client.meetings(forum=wanted, limit=100),
        client.minutes_list(forum=wanted, limit=20),
        client.decisions(forum=wanted, state="open", limit=100),
        client.decisions(forum=wanted, limit=50),
    )
    ended = [decision for decision in newest.items if decision.state != "open"]
    return meetings.items, [row for row in minutes.items if row.published], still_open.items, ended
