"""What a report of an incident must say to be read. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from beatbook.contracts.areas import code_part, parse_code
from services.cases.categories.rules import is_category, local_key
from services.cases.reports.spans import Span, read_span
from services.cases.reports.unfit import Reason, Unfit

FIELDS = frozenset(
    {
        *("external_id", "month", "occurred_at", "hour", "occurred_from", "occurred_until"),
        *("longitude", "latitude", "area", "local_area", "category", "place", "reporter_kind", "repeat_victim"),
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


@dataclass(frozen=True, slots=True)
class Report:
    """An incident as reported, read but not yet placed: it has an area, its own name for one, or a point."""

    external_id: str
    span: Span
    point: tuple[float, float] | None
    area: str | None
    local_area: str | None
    category: str
    place: str | None
    reporter_kind: ReporterKind
    repeat_victim: bool
    local_category: str | None = None


@dataclass(frozen=True)
class Reading:
    """How a source writes: the time zone of its clocks, and its categories' ICCS codes by `local_key`, if it has own.

    Without them a time needs its offset, and a category is an ICCS code.
    """

    zone: ZoneInfo | None = None
    codes: Mapping[str, str] | None = None


PLAIN = Reading()


def read_report(row: Any, now: datetime, reading: Reading = PLAIN) -> Report:
    """Read one row, whose values may be text as a CSV file has them; raises `Unfit`. Rule C1."""
    if isinstance(row, Unfit):
        raise row
    if not isinstance(row, Mapping):
        raise Unfit(Reason.UNREADABLE, "The row is not an object of fields.")
    if not row.keys() <= FIELDS:
        raise Unfit(Reason.UNKNOWN_FIELD, f"The row has a field that is none of: {', '.join(sorted(FIELDS))}.")
    fields = {name: value for name, value in row.items() if value is not None and value != ""}
    external_id = _text(fields, "external_id", 200)
    if external_id is None:
        raise Unfit(Reason.MISSING, "external_id is missing: the report's own id in its source.")
    category, local_category = _category(fields, reading.codes)
    span, point = read_span(fields, now, reading.zone), _point(fields)
    area, local_area = _area(fields)
    return Report(
        external_id=external_id,
        span=span,
        point=point,
        area=area,
        local_area=local_area,
        category=category,
        place=_text(fields, "place", 200),
        reporter_kind=_reporter_kind(fields["reporter_kind"]) if "reporter_kind" in fields else ReporterKind.UNKNOWN,
        repeat_victim=_flag(fields["repeat_victim"]) if "repeat_victim" in fields else False,
        local_category=local_category,
    )


def _text(fields: Mapping[str, Any], name: str, longest: int) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if type(value) is str:  # nearly always: a union of types takes longer to ask for than all the rest
        text = value.strip()
    elif type(value) is int:
        text = str(value)
    else:
        raise Unfit(Reason.BAD_VALUE, f"{name} is not text.")
    if len(text) > longest:
        raise Unfit(Reason.BAD_VALUE, f"{name} is longer than {longest} characters.")
    if "\0" in text:
        raise Unfit(Reason.BAD_VALUE, f"{name} holds a NUL character.")
    return text or None


def _category(fields: Mapping[str, Any], codes: Mapping[str, str] | None) -> tuple[str, str | None]:
    """The ICCS code, and the category as the source names it where it has its own."""
    text = _text(fields, "category", 100)
    if text is None:
        raise Unfit(Reason.MISSING, "category is missing: an ICCS code such as 0801, or the source's own category.")
    if codes is None:
        if not is_category(text):
            raise Unfit(Reason.UNKNOWN_CATEGORY, "category is no ICCS code, such as 0801; or name a category table.")
        return text, None
    code = codes.get(local_key(text))
    if code is None:
        raise Unfit(Reason.UNMAPPED_CATEGORY, "category is not in the category table: add it there, or correct it.")
    return code, text


def _area(fields: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The area's code, or the part of one that the register made of the source's own name for it."""
    code, local = _text(fields, "area", 98), _text(fields, "local_area", 200)
    try:
        if code is not None:
            return parse_code(code), None
        if local is not None:
            return None, code_part(local)
    except ValueError as error:
        raise Unfit(Reason.UNKNOWN_AREA, f"{'local_area' if code is None else 'area'}: {error}.") from error
    if "longitude" not in fields or "latitude" not in fields:
        raise Unfit(Reason.MISSING, "longitude and latitude are missing; send both, or the area.")
    return None, None


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


_NUMERIC = (str, float, int)


def _degrees(value: Any) -> float:
    try:
        if type(value) in _NUMERIC:
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
