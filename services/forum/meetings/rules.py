"""Meetings: their states, and what is worth a word of caution. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.forum.advisories.rules import Caution


class Purpose(StrEnum):
    """What a meeting is for. Rule F7."""

    ACCOUNTABILITY = "accountability"
    PROBLEM_SOLVING = "problem_solving"


class MeetingState(StrEnum):
    """Where a meeting stands. Rule F7."""

    PLANNED = "planned"
    INVITED = "invited"
    HELD = "held"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class PlaceKind(StrEnum):
    """What kind of place a meeting is in, as far as people's ease matters. Rule F7."""

    NEUTRAL = "neutral"
    POLICE_STATION = "police_station"
    OTHER = "other"


class Attendance(StrEnum):
    """Whether a member came."""

    PRESENT = "present"
    EXCUSED = "excused"
    ABSENT = "absent"


class Climate(StrEnum):
    """How a meeting felt to who kept its record. Rule F17. Source: ICT sprint 7."""

    CALM = "calm"
    TENSE = "tense"
    HOSTILE = "hostile"


OPEN_STATES = frozenset({MeetingState.PLANNED, MeetingState.INVITED, MeetingState.POSTPONED})


def state_obstacle(state: MeetingState, step: str) -> str | None:
    """Why a meeting can't be `held`, `moved` or `called off` from its state; None when it can. Rule F7."""
    if state in OPEN_STATES:
        return None
    return f"The meeting is {state.value}; it can't be {step} any more."


def planning_cautions(
    sensitive: bool, place_kind: PlaceKind, starts_at: datetime, previous: datetime | None, interval_days: int
) -> list[Caution]:
    """What to think over before inviting: a sensitive topic in a place not marked neutral; the agreed interval passed.

    Rule F7. Source: GP, organizing public forums; ICT sprint 5.
    """
    found: list[Caution] = []
    if sensitive and place_kind is not PlaceKind.NEUTRAL:
        found.append(
            Caution("place-not-neutral", "A sensitive topic is easier to speak about in a neutral place.", "F7")
        )
    if previous is not None and starts_at - previous > timedelta(days=interval_days):
        found.append(
            Caution(
                "interval-passed", f"The forum agreed to meet every {interval_days} days; this one comes later.", "F7"
            )
        )
    return found


def holding_obstacles(starts_at: datetime, held_at: datetime, now: datetime, rules_since: date | None) -> list[str]:
    """Everything that keeps a meeting from being recorded as held; `rules_since` is the day of the first written rules.

    Rules F4, F7.
    """
    found: list[str] = []
    if rules_since is None:
        found.append("The forum has no written rules of procedure yet: adopt a first version before it meets.")
    elif rules_since > held_at.date():
        found.append(f"The forum's first rules of procedure are of {rules_since}; it could not meet before.")
    if held_at > now:
        found.append("held_at lies in the future: a meeting is recorded when it has taken place.")
    if starts_at - held_at > timedelta(days=1):
        found.append("held_at lies more than a day before the planned start: plan the meeting for when it was held.")
    return found


def present(statuses: Sequence[Attendance]) -> int:
    """How many of the marks say present (members)."""
    return sum(status is Attendance.PRESENT for status in statuses)
