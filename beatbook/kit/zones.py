"""A VTIMEZONE of a zone, for the years that a calendar is about. Pure. Source: RFC 5545, 3.6.5.

Our own, because the library's begins an hour late in spring: an onset is told by the clock as it was before the change.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)

Observance = tuple[timedelta, timedelta, str]
"""Offset from UTC, how much of it is daylight saving, and the name."""


def vtimezone(zone: ZoneInfo, first: datetime, last: datetime) -> Timezone:
    """The zone from `first` to `last`: each observance with every onset in between."""
    made = Timezone()
    made.add("tzid", zone.key)
    begins = _at(zone, first)
    parts: dict[tuple[timedelta, Observance], list[datetime]] = {(begins[0], begins): [_wall(first, begins[0])]}
    for moment, before, after in _changes(zone, first, last):
        parts.setdefault((before[0], after), []).append(_wall(moment, before[0]))
    for (offset_before, (offset, saving, name)), onsets in parts.items():
        part = TimezoneDaylight() if saving else TimezoneStandard()
        part.add("dtstart", onsets[0])
        if len(onsets) > 1:
            part.add("rdate", onsets[1:])
        part.add("tzoffsetfrom", offset_before)
        part.add("tzoffsetto", offset)
        part.add("tzname", name)
        made.add_component(part)
    return made


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[tuple[datetime, Observance, Observance]]:
    """Each change, to the second; no zone changes twice in a day."""
    moment, before = first, _at(zone, first)
    while moment < last:
        after = _at(zone, moment + DAY)
        if after != before:
            low, high = moment, moment + DAY
            while high - low > SECOND:
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                low, high = (middle, high) if _at(zone, middle) == before else (low, middle)
            yield high, before, after
        moment, before = moment + DAY, after


def _at(zone: ZoneInfo, moment: datetime) -> Observance:
    local = moment.astimezone(zone)
    return local.utcoffset() or timedelta(), local.dst() or timedelta(), local.tzname() or zone.key


def _wall(moment: datetime, offset: timedelta) -> datetime:
    return (moment.astimezone(UTC) + offset).replace(tzinfo=None)
