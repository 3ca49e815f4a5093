"""What a report of an incident must say to be read. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from beatbook.contracts.areas import parse_code
from services.cases.categories.rules import is_category

EARLIEST = date(1900, 1, 1)
AHEAD = timedelta(hours=14)
"""How far the earliest time zone is ahead of UTC: a day that has begun somewhere is no future."""
FIELDS = frozenset(
    {
        *("external_id", "month", "occurred_at", "occurred_from", "occurred_until"),
        *("longitude", "latitude", "area", "category", "place", "reporter_kind", "repeat_victim"),
    }
)


class ReporterKind(StrEnum):
    """Who reported: a kind, never a person."""

    RESIDENT = "resident"
    VICTIM = "victim"
    WITNESS = "witness"
    OFFICER = "officer"
    BUSINESS = "business"
    AGENCY = "agency"
    ANONYMOUS = "anonymous"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a report is refused."""

    UNREADABLE = "unreadable"
    UNKNOWN_FIELD = "unknown_field"
    MISSING = "missing"
    BAD_TIME = "bad_time"
    FUTURE = "future"
    BAD_COORDINATES = "bad_coordinates"
    OUTSIDE = "outside"
    UNKNOWN_AREA = "unknown_area"
    UNKNOWN_CATEGORY = "unknown_category"
    BAD_VALUE = "bad_value"
    DUPLICATE = "duplicate"
    CONFLICTING = "conflicting"


class Unfit(Exception):
    """A report that cannot be taken: why, and what to mend. Never holds what was sent."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Span:
    """When: from a moment up to before another (the same for a moment), and the month in which it began."""

    start: datetime
    end: datetime
    month: date


@dataclass(frozen=True, slots=True)
class Report:
    """An incident as reported, read but not yet placed: it has an area or a point."""

    external_id: str
    span: Span
    point: tuple[float, float] | None
    area: str | None
    category: str
    place: str | None
    reporter_kind: ReporterKind
    repeat_victim: bool


def read_report(row: Any, now: datetime) -> Report:
    """Read one row, whose values may be text as a CSV file has them; raises `Unfit`. Rule C1."""
    if not isinstance(row, Mapping):
        raise Unfit(Reason.UNREADABLE, "The row is not an object of fields.")
    if not row.keys() <= FIELDS:
        raise Unfit(Reason.UNKNOWN_FIELD, f"The row has a field that is none of: {', '.join(sorted(FIELDS))}.")
    fields = {name: value for name, value in row.items() if value is not None and value != ""}
    external_id = _text(fields, "external_id", 200)
    if external_id is None:
        raise Unfit(Reason.MISSING, "external_id is missing: the report's own id in its source.")
    category = _text(fields, "category", 6)
    if category is None:
        raise Unfit(Reason.MISSING, "category is missing: an ICCS code such as 0801.")
    if not is_category(category):
        raise Unfit(Reason.UNKNOWN_CATEGORY, "category is no ICCS code, such as 0801; map local categories to them.")
    return Report(
        external_id=external_id,
        span=read_span(fields, now),
        point=_point(fields),
        area=_area(fields),
        category=category,
        place=_text(fields, "place", 200),
        reporter_kind=_reporter_kind(fields.get("reporter_kind", ReporterKind.UNKNOWN)),
        repeat_victim=_flag(fields.get("repeat_victim", False)),
    )


def _text(fields: Mapping[str, Any], name: str, longest: int) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unfit(Reason.BAD_VALUE, f"{name} is not text.")
    text = str(value).strip()
    if len(text) > longest:
        raise Unfit(Reason.BAD_VALUE, f"{name} is longer than {longest} characters.")
    return text or None


def _area(fields: Mapping[str, Any]) -> str | None:
    text = _text(fields, "area", 98)
    if text is None:
        if "longitude" not in fields or "latitude" not in fields:
            raise Unfit(Reason.MISSING, "longitude and latitude are missing; send both, or the area.")
        return None
    try:
        return parse_code(text)
    except ValueError as error:
        raise Unfit(Reason.UNKNOWN_AREA, f"area: {error}.") from error


def _point(fields: Mapping[str, Any]) -> tuple[float, float] | None:
    given = [name for name in ("longitude", "latitude") if name in fields]
    if not given:
        return None
    if len(given) == 1:
        raise Unfit(Reason.BAD_COORDINATES, f"There is a {given[0]} alone: send longitude and latitude together.")
    longitude, latitude = _degrees(fields["longitude"]), _degrees(fields["latitude"])
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise Unfit(Reason.BAD_COORDINATES, "longitude is -180 to 180 and latitude -90 to 90 degrees (WGS 84).")
    return longitude, latitude


def _degrees(value: Any) -> float:
    try:
        if not isinstance(value, bool) and isinstance(value, str | int | float):
            degrees = float(value)
            if math.isfinite(degrees):
                return degrees
    except (ValueError, OverflowError):
        pass
    raise Unfit(Reason.BAD_COORDINATES, "longitude and latitude are numbers with a point, such as -1.6145 and 54.9712.")


def _reporter_kind(value: Any) -> ReporterKind:
    try:
        return ReporterKind(value)
    except ValueError as error:
        raise Unfit(Reason.BAD_VALUE, f"reporter_kind is one of: {', '.join(ReporterKind)}.") from error


def _flag(value: Any) -> bool:
    flags = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    try:
        return flags[str(value).strip().lower()]
    except KeyError as error:
        raise Unfit(Reason.BAD_VALUE, "repeat_victim is true or false.") from error


def read_span(fields: Mapping[str, Any], now: datetime) -> Span:
    """When it happened: `month`, or `occurred_at` (a day or a moment), or `occurred_from` and `occurred_until`.

    A month or a day stands for all of it, in UTC; a moment needs its offset. Nothing lies ahead of `now`: no moment,
    nor a month or day that has begun nowhere on Earth. Rule C1.
    """
    sent = fields.keys() & {"month", "occurred_at", "occurred_from"}
    if len(sent) != 1:
        raise Unfit(
            Reason.MISSING, "Say when by exactly one of: month, occurred_at, occurred_from (and occurred_until)."
        )
    name = sent.pop()
    span = _month(str(fields[name])) if name == "month" else _time(str(fields[name]), name)
    _refuse_future(span, now)
    if "occurred_until" in fields:
        if name != "occurred_from":
            raise Unfit(Reason.BAD_TIME, "occurred_until goes with occurred_from only.")
        until = _time(str(fields["occurred_until"]), "occurred_until")
        if until.start < span.start:
            raise Unfit(Reason.BAD_TIME, "occurred_until is before occurred_from.")
        _refuse_future(until, now)
        span = Span(span.start, until.end, span.month)
    if span.month < EARLIEST:
        raise Unfit(Reason.BAD_TIME, "The date lies before 1900: check the year.")
    return span


def _refuse_future(named: Span, now: datetime) -> None:
    is_moment = named.start == named.end
    if named.start > (now if is_moment else now + AHEAD):
        raise Unfit(Reason.FUTURE, "The date lies in the future: check day, month and year.")


@lru_cache(maxsize=512)
def _month(text: str) -> Span:
    """A whole month, from `2022-01`, or from any day of it as some sources write it."""
    try:
        first = date.fromisoformat(text if len(text) > 7 else f"{text}-01").replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError) as error:
        raise Unfit(Reason.BAD_TIME, "month is written YYYY-MM, such as 2022-01.") from error
    return Span(_midnight(first), _midnight(following), first)


def _time(text: str, name: str) -> Span:
    """A whole day, from `2022-01-31`, or a moment, from `2022-01-31T14:05+01:00`."""
    text = text.strip()
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return Span(_midnight(day), _midnight(day + timedelta(days=1)), day.replace(day=1))
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return Span(moment.astimezone(UTC), moment.astimezone(UTC), moment.date().replace(day=1))
    except (ValueError, OverflowError) as error:
        raise Unfit(
            Reason.BAD_TIME, f"{name} is a day, such as 2022-01-31, or a time with its offset: 2022-01-31T14:05+01:00."
        ) from error


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
