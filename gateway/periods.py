"""Months as the services write them: `2022-07`."""

import re
from datetime import date
from typing import NamedTuple

_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")


def is_month(text: str) -> bool:
    """Whether `text` is a month such as `2022-07`."""
    return _MONTH.fullmatch(text) is not None


def month_of(day: date) -> str:
    """The month a day lies in."""
    return f"{day.year:04}-{day.month:02}"


def months_before(month: str, count: int) -> str:
    """The month `count` months before `month`."""
    year, number = (int(part) for part in month.split("-"))
    index = year * 12 + number - 1 - count
    return f"{index // 12:04}-{index % 12 + 1:02}"


class Span(NamedTuple):
    """The months a question names; what it leaves open is filled with the last months that have data."""

    start: str | None
    end: str | None
    last_months: int
