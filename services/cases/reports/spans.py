"""When a reported incident happened, by the clock of the world and by the one on the wall. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from services.cases.reports.unfit import Reason, Unfit

EARLIEST = date(1900, 1, 1)
AHEAD = timedelta(hours=14)
"""How far the earliest time zone is ahead of UTC: a day that has begun somewhere is no future."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """When: from a moment up to before another (the same for a moment), and the month in which it began.

    `day` and `hour` are those of the source's own clock, where all of the span lies within one.
    """

    start: datetime
    end: datetime
    month: date
    day: date | None = None
    hour: int | None = None

    @property
    def weekday(self) -> int | None:
        """Monday 0 to Sunday 6, where one day is known."""
        return None if self.day is None else self.day.weekday()


def read_span(fields: Mapping[str, Any], now: datetime, zone: ZoneInfo | None = None) -> Span:
    """When it happened: `month`, or `occurred_at` (a day or a moment), or `occurred_from` and `occurred_until`.

    `hour` narrows `occurred_at`, a day, to one hour. A month or a day stands for all of it, by the clocks of `zone`
    (without one, in UTC); a moment without an offset is one of `zone`, and refused without one. Nothing lies ahead of
    `now`: no moment, nor a month or day that has begun nowhere on Earth. Rule C1.
    """
    sent = fields.keys() & {"month", "occurred_at", "occurred_from"}
    if len(sent) != 1:
        raise Unfit(
            Reason.MISSING, "Say when by exactly one of: month, occurred_at, occurred_from (and occurred_until)."
        )
    name = sent.pop()
    text = str(fields[name])
    if "hour" in fields:
        if name != "occurred_at":
            raise Unfit(Reason.BAD_TIME, "hour goes with occurred_at, a day, only.")
        span = _hour(text, str(fields["hour"]), zone)
    else:
        span = _month(text, zone) if name == "month" else _time(text, name, zone)
    _refuse_future(span, now, zone)
    if "occurred_until" in fields:
        if name != "occurred_from":
            raise Unfit(Reason.BAD_TIME, "occurred_until goes with occurred_from only.")
        until = _time(str(fields["occurred_until"]), "occurred_until", zone)
        if until.start < span.start:
            raise Unfit(Reason.BAD_TIME, "occurred_until is before occurred_from.")
        _refuse_future(until, now, zone)
        one_day = span.day == until.day
        one_hour = one_day and span.hour == until.hour
        span = Span(
            span.start, until.end, span.month, span.day if one_day else None, span.hour if one_hour else None
        )  # fmt: skip
    if span.month < EARLIEST:
        raise Unfit(Reason.BAD_TIME, "The date lies before 1900: check the year.")
    return span


def _refuse_future(named: Span, now: datetime, zone: ZoneInfo | None) -> None:
    is_exact = named.start == named.end or zone is not None
    if named.start > (now if is_exact else now + AHEAD):
        raise Unfit(Reason.FUTURE, "The date lies in the future: check day, month and year.")


@lru_cache(maxsize=512)
def _month(text: str, zone: ZoneInfo | None) -> Span:
    """A whole month, from `2022-01`, or from any day of it as some sources write it."""
    try:
        first = date.fromisoformat(text if len(text) > 7 else f"{text}-01").replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        return Span(_midnight(first, zone), _midnight(following, zone), first)
    except (ValueError, OverflowError) as error:
        raise Unfit(Reason.BAD_TIME, "month is written YYYY-MM, such as 2022-01.") from error


@lru_cache(maxsize=16_384)  # a year of hours
def _time(text: str, name: str, zone: ZoneInfo | None) -> Span:
    """A whole day, from `2022-01-31`, or a moment, from `2022-01-31T14:05+01:00`."""
    text = text.strip()
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return Span(_midnight(day, zone), _midnight(day + DAY, zone), day.replace(day=1), day)
        moment = datetime.fromisoformat(text)
        wall = moment.astimezone(zone) if zone and moment.tzinfo else moment.replace(tzinfo=moment.tzinfo or zone)
        if wall.tzinfo is None:
            raise ValueError
        moment = wall.astimezone(UTC)
        return Span(moment, moment, wall.date().replace(day=1), wall.date(), wall.hour)
    except (ValueError, OverflowError) as error:
        raise Unfit(
            Reason.BAD_TIME, f"{name} is a day, such as 2022-01-31, or a time with its offset: 2022-01-31T14:05+01:00."
        ) from error


@lru_cache(maxsize=16_384)  # a year of hours
def _hour(text: str, hour: str, zone: ZoneInfo | None) -> Span:
    """An hour of a day, from `2022-01-31` and `14`; one that the clocks leave out is the hour after."""
    try:
        day = date.fromisoformat(text.strip())
        start = datetime.combine(day, time(int(hour)), zone or UTC).astimezone(UTC)
        return Span(start, start + HOUR, day.replace(day=1), day, int(hour))
    except (ValueError, OverflowError) as error:
        raise Unfit(
            Reason.BAD_TIME, "With an hour, 0 to 23, occurred_at is a day such as 2022-01-31."
        ) from error  # fmt: skip


def _midnight(day: date, zone: ZoneInfo | None) -> datetime:
    return datetime.combine(day, time.min, zone or UTC).astimezone(UTC)
