"""Meetings as iCalendar: a forum's or an area's feed that calendar programs keep up to date. Rule F20.

Source: RFC 5545; RFC 7986 for what names a calendar.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from beatbook.kit.zones import vtimezone
from gateway.clients.forum import ForumRecord
from gateway.web.languages import Words
from gateway.web.public.reading import Sitting

PRODID = "-//Beatbook//Forum calendar//EN"
REFRESH = timedelta(hours=1)
STATUS = {"planned": "CONFIRMED", "invited": "CONFIRMED", "held": "CONFIRMED", "postponed": "TENTATIVE"}

EMBEDS, POP_EMBEDDING = "\u202a\u202b\u202d\u202e", "\u202c"
ISOLATES, POP_ISOLATE = "\u2066\u2067\u2068", "\u2069"


@dataclass(frozen=True)
class Listed:
    """A meeting in a feed, with the forum that meets and the address of its page."""

    sitting: Sitting
    forum: ForumRecord | None
    page: str


def calendar(name: str, meetings: Sequence[Listed], words: Words) -> bytes:
    """The feed: CRLF lines, folded and escaped by the library; a VTIMEZONE for each zone that an event names."""
    made = Calendar()
    made.add("prodid", PRODID)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("name", plain(name))
    made.add("x-wr-calname", plain(name))
    made.add("refresh-interval", REFRESH, {"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    for zone, first, last in _spans(meetings):
        made.add_component(vtimezone(ZoneInfo(zone), first, last))
    for listed in meetings:
        made.add_component(_event(listed, words))
    text: bytes = made.to_ical()
    return text


def _spans(meetings: Sequence[Listed]) -> list[tuple[str, datetime, datetime]]:
    """Each zone in use but UTC, and the years of the meetings in it, with one more before and after."""
    years: dict[str, list[int]] = {}
    for listed in meetings:
        years.setdefault(listed.sitting.zone, []).append(listed.sitting.starts.year)
    return [
        (zone, _new_year(min(found) - 1), _new_year(max(found) + 2))
        for zone, found in sorted(years.items())
        if zone != "UTC"
    ]


def _new_year(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


def _event(listed: Listed, words: Words) -> Event:
    sitting, meeting = listed.sitting, listed.sitting.meeting
    event = Event()
    event.add("uid", str(meeting.id))
    event.add("dtstamp", made_at(meeting.id.int))
    event.add("sequence", max(0, meeting.version - 1))
    event.add("dtstart", _told(sitting.starts))
    event.add("dtend", _told(sitting.ends))
    event.add("summary", plain(_summary(listed, words)))
    event.add("status", STATUS.get(meeting.state, "CANCELLED"))
    event.add("class", "PUBLIC")
    event.add("transp", "TRANSPARENT" if meeting.state in {"cancelled", "postponed"} else "OPAQUE")
    if meeting.place:
        event.add("location", plain(meeting.place))
    if meeting.topics:
        event.add("description", "\n".join(f"- {plain(topic.title)}" for topic in meeting.topics))
    event.add("url", listed.page)
    return event


def _told(moment: datetime) -> datetime:
    """A moment by the clock of its place; in UTC in the hour that comes a second time, which has no name there."""
    return moment.astimezone(UTC) if moment.fold else moment


def _summary(listed: Listed, words: Words) -> str:
    state = listed.sitting.meeting.state
    name = listed.forum.name if listed.forum else words("forums.title")
    return f"{words.of_code('meeting', state)}: {name}" if state in {"cancelled", "postponed"} else name


def made_at(identifier: int) -> datetime:
    """When a UUIDv7 was made, to the second: a stamp that stays the same however often a feed is drawn."""
    return datetime.fromtimestamp((identifier >> 80) // 1000, UTC)


def plain(text: str) -> str:
    """Text without what neither iCalendar nor XML can carry, nor paper show; line breaks and tabs stay.

    What it turns around it turns back at its end, so that a name never reverses the date that is set beside it.
    """
    return _turned_back("".join(mark for mark in text if mark in "\n\t" or not _unfit(mark)))


def _turned_back(text: str) -> str:
    """Text with its bidirectional embeddings and isolates closed, as a line's end would close them (UAX 9, X8)."""
    waiting: list[str] = []
    for mark in text:
        if mark == "\n":
            waiting.clear()
        elif mark in EMBEDS:
            waiting.append(POP_EMBEDDING)
        elif mark in ISOLATES:
            waiting.append(POP_ISOLATE)
        elif mark == POP_ISOLATE and mark in waiting:
            while waiting.pop() != POP_ISOLATE:
                pass
        elif mark == POP_EMBEDDING and waiting and waiting[-1] == mark:
            waiting.pop()
    return text + "".join(reversed(waiting))


def _unfit(mark: str) -> bool:
    """Controls, lone surrogates, and the places that Unicode keeps empty for good."""
    return unicodedata.category(mark) in {"Cc", "Cs"} or ord(mark) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(mark) <= 0xFDEF
