"""When a forum has gone quiet, what a series' trend is, and who may read a brief. Pure. Rules F7, H6, H8."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import fmean

from beatbook.contracts.actor import Actor, Role

READERS = frozenset({Role.ADVISOR, Role.ADMIN, Role.SUPERVISOR, Role.COUNCIL})

QUIET = timedelta(days=90)
"""A forum that has not met for longer than this has gone quiet."""
MONTHS_SHOWN = 12
TREND_MONTHS = 3
STEADY = 0.05
"""A change of less than this share either way is no trend."""
ROWS_SHOWN = 50
"""Rows of a section at most; the section's totals count all."""
PHASES = ("scanning", "analysis", "response", "assessment", "closed")


def may_read(actor: Actor, area: str) -> bool:
    """Advisors, administrators, supervisors and the council of an area compose and read its briefs. Rule H8."""
    return actor.may_as(READERS, area)


def is_overdue(due_on: date | None, today: date) -> bool:
    """Whether an open decision is past its due date; the due day itself still counts as in time. Rule F13."""
    return due_on is not None and due_on < today


def gone_quiet(last_held_at: datetime | None, founded_at: datetime, now: datetime) -> bool:
    """Whether a forum has held no meeting for more than 90 days; a new one has as long for its first. Rule F7."""
    return now - (last_held_at or founded_at) > QUIET


class Trend(StrEnum):
    """Where a series goes; better or worse is for the reader to say."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    TOO_FEW = "too_few_months"


def trend(values: Sequence[float | None]) -> Trend:
    """The mean of the last three months against the mean of the three before, oldest first; None is a month without.

    A change of less than 5 % is steady; fewer than two values on either side are too few to tell. Rule H8.
    """
    late = [value for value in values[-TREND_MONTHS:] if value is not None]
    early = [value for value in values[-2 * TREND_MONTHS : -TREND_MONTHS] if value is not None]
    if len(late) < 2 or len(early) < 2:
        return Trend.TOO_FEW
    before, after = fmean(early), fmean(late)
    if abs(after - before) <= STEADY * abs(before):
        return Trend.STEADY
    return Trend.RISING if after > before else Trend.FALLING


def months_until(last: date, count: int = MONTHS_SHOWN) -> list[date]:
    """The first days of `count` months up to the month of `last`, oldest first."""
    ordinal = last.year * 12 + last.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(ordinal - count + 1, ordinal + 1)]
