"""What a week's tension is, made from graded readings; its trend, and when it jumped. Pure.

Rule C18. Source: GP ch. 6, understanding diverse communities. Readings are experienced, evidenced or potential, as in
British tension monitoring (EEP), and graded by source and information as 3x5x2 does (College of Policing).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from statistics import median

from beatbook.contracts.actor import Actor, Role
from beatbook.contracts.envelope import WATCHING_TENSION

RECORDERS = frozenset({Role.OFFICER, Role.SUPERVISOR})
"""Record readings, and read each of them with its community."""
READERS = WATCHING_TENSION
"""Read the weekly levels."""
COMPARERS = READERS | {Role.CORE_GROUP}
"""Read what the areas below one have in common."""


class Indicator(StrEnum):
    """What a reading rests on."""

    EXPERIENCED = "experienced"
    """How a community feels and says it is treated."""
    EVIDENCED = "evidenced"
    """Something that happened and was recorded."""
    POTENTIAL = "potential"
    """Something ahead that could raise tension: a date, a trial, a march."""


class Source(StrEnum):
    """3x5x2, source evaluation."""

    RELIABLE = "1"
    UNTESTED = "2"
    NOT_RELIABLE = "3"


class Information(StrEnum):
    """3x5x2, information assessment."""

    KNOWN_DIRECTLY = "A"
    CORROBORATED = "B"
    KNOWN_INDIRECTLY = "C"
    NOT_KNOWN = "D"
    SUSPECTED_FALSE = "E"


LEVELS = {1: "calm", 2: "uneasy", 3: "tense", 4: "high", 5: "disorder is imminent"}
"""What the levels mean."""
BY_SOURCE: Mapping[Source, int] = {Source.RELIABLE: 4, Source.UNTESTED: 2, Source.NOT_RELIABLE: 1}
BY_INFORMATION: Mapping[Information, int] = {
    Information.KNOWN_DIRECTLY: 4, Information.CORROBORATED: 3, Information.KNOWN_INDIRECTLY: 2,
    Information.NOT_KNOWN: 1, Information.SUSPECTED_FALSE: 0,
}  # fmt: skip
UNGRADED = 1
"""What a reading without grades weighs: as little as one that is not known, from a source that is not reliable."""
SOUND = 6
"""The least weight of a sound reading: corroborated at least, or from a reliable source that heard it itself."""
SHARE = 3
"""One part in so many of the week's weight carries a level."""
UNSOUND_TOP = 3
"""The highest level that a week reaches without a sound reading of at least that level."""
JUMP = 2
"""Levels from one assessed week to the next that call for a warning."""
LOOK_BACK = timedelta(weeks=4)
"""How far back the week may lie that a level is compared with; and how late a jump is still news."""
TREND_WEEKS = 6
EARLIEST, LATEST = 1900, 2199
"""The years of the weeks that can be asked for."""
SLOPE = 0.25
"""Levels a week from which on a trend is more than wavering."""
FEWEST_BELOW = 3
"""Areas below that must be assessed before what they have in common is shown to those who read none of them."""


class Trend(StrEnum):
    """Where tension is going."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reading:
    """A reading's level, 1 to 5, and its grades; None where it was not graded."""

    level: int
    source: Source | None = None
    information: Information | None = None

    @property
    def weight(self) -> int:
        """From 0 (suspected to be false) to 16; nothing that is false counts."""
        if self.source is None or self.information is None:
            return UNGRADED
        return BY_SOURCE[self.source] * BY_INFORMATION[self.information]


def weekly_level(readings: Sequence[Reading]) -> int | None:
    """The level of a week: the highest that a third of the weight reaches or passes; None with nothing to go by.

    Not a mean, in which one sound reading of disorder drowns among calm ones. A level above `UNSOUND_TOP` needs a sound
    reading of at least that level besides. Never above the worst reading; raising one, or adding one that is no lower
    than the week, never lowers the week. Rule C18.
    """
    total = sum(reading.weight for reading in readings)
    if total == 0:
        return None
    carried = [
        level
        for level in LEVELS
        if SHARE * sum(reading.weight for reading in readings if reading.level >= level) >= total
    ]
    sound = max((reading.level for reading in readings if reading.weight >= SOUND), default=0)
    return min(max(carried), max(UNSOUND_TOP, sound))


def jumped(level: int | None, previous: int | None, jump: int = JUMP) -> bool:
    """Whether a week stands so many levels above the assessed week before it. Rule C18."""
    return level is not None and previous is not None and level - previous >= jump


def trend(levels: Sequence[int | None]) -> Trend:
    """Where the last weeks go (None: a missing week, which is no zero): the median of the slopes between any two.

    Unknown with fewer than three assessed weeks. Rule C18. Source: the Theil-Sen estimator.
    """
    known = [(week, level) for week, level in enumerate(levels[-TREND_WEEKS:]) if level is not None]
    if len(known) < 3:
        return Trend.UNKNOWN
    slope = median((b - a) / (later - week) for (week, a), (later, b) in combinations(known, 2))
    if abs(slope) < SLOPE:
        return Trend.STEADY
    return Trend.RISING if slope > 0 else Trend.FALLING


def week_of(day: date) -> date:
    """The Monday of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def week_name(monday: date) -> str:
    """A week as ISO 8601 writes it: `2026-W11`."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def parse_week(text: str) -> date:
    """The Monday of a week written as ISO 8601 does; raises `ValueError`."""
    year, _, week = text.partition("-W")
    if not (len(year) == 4 and len(week) == 2 and (year + week).isascii() and (year + week).isdigit()):
        raise ValueError("a week is written like 2026-W11")
    if not EARLIEST <= int(year) <= LATEST:
        raise ValueError(f"a week is one of {EARLIEST} to {LATEST}")
    return date.fromisocalendar(int(year), int(week), 1)


def may_record(actor: Actor, area: str) -> bool:
    """Officers and supervisors of an area record and correct its readings. Rule C18."""
    return actor.may_as(RECORDERS, area)


def may_read(actor: Actor, area: str) -> bool:
    """Officers, supervisors and advisors of an area read its weekly levels. Rule C18."""
    return actor.may_as(READERS, area)


def may_compare(actor: Actor, area: str) -> bool:
    """The core group besides reads what the areas below one have in common, none by itself. Rules C18, K8."""
    return actor.may_as(COMPARERS, area)
