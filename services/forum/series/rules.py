"""Which days a recurrence rule gives, by the clocks of a place. Pure. Rule F7; RFC 5545, 3.3.10."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

HORIZON = timedelta(days=200)
"""How far ahead meetings of a series are planned."""
MOST_AHEAD = 60
"""Meetings of one series that wait at once."""
MOST_SERIES = 20
"""Series of one forum that go on at once."""

_DAY = r"(MO|TU|WE|TH|FR|SA|SU)"
_MONTHDAY = r"[+-]?(0?[1-9]|[12]\d|3[01])"
_PARTS = {
    "FREQ": r"(DAILY|WEEKLY|MONTHLY|YEARLY)",
    "INTERVAL": r"[1-9]\d{0,2}",
    "COUNT": r"[1-9]\d{0,2}",
    "UNTIL": r"(20|21)\d{6}(T\d{6}Z?)?",
    "WKST": _DAY,
    "BYMONTH": r"(0?[1-9]|1[0-2])(,(0?[1-9]|1[0-2])){0,11}",
    "BYMONTHDAY": rf"{_MONTHDAY}(,{_MONTHDAY}){{0,30}}",
    "BYDAY": rf"([+-]?[1-5])?{_DAY}(,([+-]?[1-5])?{_DAY}){{0,34}}",
    "BYSETPOS": r"[+-]?[1-9]\d?(,[+-]?[1-9]\d?){0,9}",
}
_CYCLES = 19 * 400
"""Years that an expansion is shifted by: the calendar repeats every 400 years, weekdays and leap days alike.

The library looks for a next date until the year 9999. So near it a rule that never comes true, such as the 30th of
February, is found out in milliseconds rather than in seconds.
"""


@dataclass(frozen=True)
class Recurrence:
    """A rule of dates with its first start, both by the clocks of a place; `parts` without the end `until`."""

    parts: str
    starts: datetime
    until: datetime | None

    @property
    def first_start(self) -> datetime | None:
        """The first start that the rule gives; None when it never comes true."""
        return next(self.starts_until(datetime.combine(date(2399, 12, 31), time.max)), None)

    def starts_until(self, last: datetime) -> Iterator[datetime]:
        """Every start up to a moment, in order, by the clocks of the place."""
        end = last if self.until is None else min(last, self.until)
        for shifted in rrulestr(self.parts, dtstart=self.starts.replace(year=self.starts.year + _CYCLES)):
            start = shifted.replace(year=shifted.year - _CYCLES)
            if start > end:
                return
            yield start


def parse_recurrence(text: str, starts: datetime, time_zone: str) -> Recurrence:
    """Read a recurrence rule; raise `ValueError` saying what to mend. `starts` has no zone: it is a clock's time.

    Of RFC 5545: daily to yearly, with INTERVAL, COUNT or UNTIL, WKST, BYMONTH, BYMONTHDAY, BYDAY and BYSETPOS. A
    meeting begins at one time of day, so nothing finer. The first start must be one that the rule gives. Rule F7.
    """
    parts = _split(text)
    frequency = parts["FREQ"]
    monthly = frequency in {"MONTHLY", "YEARLY"}
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("a rule ends by COUNT or by UNTIL, not by both")
    if not monthly and {"BYMONTHDAY", "BYSETPOS"} & parts.keys():
        raise ValueError("BYMONTHDAY and BYSETPOS go with FREQ=MONTHLY or YEARLY")
    if not monthly and re.search(r"\d", parts.get("BYDAY", "")):
        raise ValueError("a numbered day such as 2TU goes with FREQ=MONTHLY or YEARLY")
    if frequency == "DAILY" and ("BYMONTH" in parts or ("BYDAY" in parts and parts.get("INTERVAL", "1") != "1")):
        raise ValueError("with FREQ=DAILY leave BYMONTH out, and BYDAY too unless it is every day")
    if "BYSETPOS" in parts and not {"BYDAY", "BYMONTHDAY", "BYMONTH"} & parts.keys():
        raise ValueError("BYSETPOS needs BYDAY, BYMONTHDAY or BYMONTH to choose from")
    until = _until(parts.pop("UNTIL"), time_zone) if "UNTIL" in parts else None
    recurrence = Recurrence(";".join(f"{name}={value}" for name, value in parts.items()), starts, until)
    first = recurrence.first_start
    if first is None:
        raise ValueError("it gives no date at all")
    if first != starts:
        raise ValueError(f"the first start is not one that it gives: begin on {first.date()}")
    return recurrence


def normal_rule(text: str) -> str:
    """A recurrence rule as it is kept: capitals, no prefix, no spaces."""
    return text.strip().upper().removeprefix("RRULE:")


def _split(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in normal_rule(text).split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS:
            raise ValueError(f"it may be made of {', '.join(_PARTS)}, each as NAME=VALUE, with ; between")
        if name in parts:
            raise ValueError(f"{name} stands there twice")
        if re.fullmatch(_PARTS[name], value, re.ASCII) is None:
            raise ValueError(f"the value of {name} is not one that it can have here")
        parts[name] = value
    if "FREQ" not in parts:
        raise ValueError("FREQ is missing: DAILY, WEEKLY, MONTHLY or YEARLY")
    return parts


def _until(text: str, time_zone: str) -> datetime:
    """The last moment by the clocks of the place; raises `ValueError` for no calendar's day."""
    try:
        if len(text) == len("20260101"):
            return datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time.max)  # noqa: DTZ007 - a clock's time
        moment = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a clock's time
    except ValueError as error:
        raise ValueError("UNTIL is no day of the calendar") from error
    if text.endswith("Z"):
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    return moment


def moment_of(local: datetime, time_zone: str) -> datetime:
    """The moment at which a place's clocks show a time, in UTC.

    A time that summer time skips counts by the offset before; of one that comes twice the first counts. RFC 5545,
    3.3.5.
    """
    return local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


@dataclass(frozen=True)
class Occurrence:
    """One start of a series; `number` counts from 0 over all that the rule gives, those left out too."""

    number: int
    local: datetime

    @property
    def day(self) -> date:
        """The day it is on: a series has one meeting a day at most."""
        return self.local.date()


def occurrences(
    recurrence: Recurrence, *, after: datetime, until: datetime, excluded: Collection[date], last_day: date | None
) -> list[Occurrence]:
    """The starts after one moment until another, at most `MOST_AHEAD`, without days left out or past `last_day`.

    Moments are by the clocks of the place. Rule F7.
    """
    end = until if last_day is None else min(until, datetime.combine(last_day, time.max))
    found: list[Occurrence] = []
    for number, local in enumerate(recurrence.starts_until(end)):
        if local > after and local.date() not in excluded:
            found.append(Occurrence(number, local))
            if len(found) == MOST_AHEAD:
                break
    return found
