"""Meetings: their states, and what is worth a word of caution. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.forum.advisories.rules import Caution, ClockCode


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
"""What is still being planned; a meeting leaves them once, held or cancelled, and what planning advised ends then."""


def state_obstacle(state: MeetingState, step: str) -> str | None:
    """Why a meeting can't be `held`, `moved` or `called off` from its state; None when it can. Rule F7."""
    if state in OPEN_STATES:
        return None
    return f"The meeting is {state.value}; it can't be {step} any more."


def state_after_change(state: MeetingState, *, moved: bool, taken_up: bool) -> MeetingState:
    """Where a meeting stands after a change: a postponed one is planned anew by a new date, or when it is taken up.

    An invited one stays so: those invited are told of the change. Rule F7.
    """
    if state is MeetingState.POSTPONED and (moved or taken_up):
        return MeetingState.PLANNED
    return state


DAY_BEGINS, DAY_ENDS = time(8), time(18)
"""Daytime by the clocks of the place: when people who worry about their safety can come and go before dark."""


@dataclass(frozen=True)
class Planned:
    """A meeting as far as its planning gives reason for a word of caution."""

    starts_at: datetime
    ends_at: datetime
    place_kind: PlaceKind = PlaceKind.OTHER
    in_area: bool | None = None
    sensitive: bool = False
    personal_safety: bool = False
    languages: frozenset[str] = frozenset()
    """Spoken or interpreted; none: not said."""
    emergency: bool = False


@dataclass(frozen=True)
class Circumstances:
    """What a forum agreed on, and what is known of its area. `trust_is_low`: by the newest trust level, if there is."""

    time_zone: str
    interval_days: int
    notice_days: int
    previous: datetime | None = None
    trust_is_low: bool = False
    area_languages: frozenset[str] = frozenset()


def planning_cautions(planned: Planned, around: Circumstances, now: datetime) -> list[Caution]:
    """What to think over before people are invited; each says what would mend it.

    Personal safety outside daytime, or outside the area; a sensitive topic in a place not marked neutral; a police
    station where trust in the police is low; a language of the area that is neither spoken nor interpreted; later
    than the agreed interval (days since the start of the meeting before); shorter notice than agreed (days), but for
    an emergency meeting and for one that is recorded afterwards. Rules F7, F8. Source: GP, organizing public forums;
    ICT sprint 5.
    """
    found: list[Caution] = []
    if planned.personal_safety and not in_daytime(planned.starts_at, planned.ends_at, around.time_zone):
        words = "People who worry about their safety come more easily by day: meet between 8:00 and 18:00."
        found.append(Caution("safety-outside-daytime", words, "F7"))
    if planned.personal_safety and planned.in_area is False:
        words = "A meeting about personal safety is best held where people live: choose a place in the area."
        found.append(Caution("safety-outside-area", words, "F7"))
    if planned.sensitive and planned.place_kind is not PlaceKind.NEUTRAL:
        words = "A sensitive topic is easier to speak about in a neutral place."
        found.append(Caution("place-not-neutral", words, "F7"))
    if planned.place_kind is PlaceKind.POLICE_STATION and around.trust_is_low:
        words = "Trust in the police is low here, and people may not come to a police station: meet elsewhere."
        found.append(Caution("police-station-low-trust", words, "F7"))
    unheard = around.area_languages - planned.languages
    if planned.languages and unheard:
        words = f"Spoken in the area, but not at this meeting: {', '.join(sorted(unheard))}. Ask for interpreters."
        found.append(Caution("language-without-interpreter", words, "F7"))
    if around.previous is not None and planned.starts_at - around.previous > timedelta(days=around.interval_days):
        words = f"The forum agreed to meet every {around.interval_days} days; this one comes later."
        found.append(Caution("interval-passed", words, "F7"))
    if not planned.emergency and now < planned.starts_at < now + timedelta(days=around.notice_days):
        words = f"The forum agreed to announce meetings {around.notice_days} days ahead; this one is sooner."
        found.append(Caution("short-notice", words, "F8"))
    return found


def in_daytime(starts_at: datetime, ends_at: datetime, time_zone: str) -> bool:
    """Whether a meeting begins and ends on one day between 8:00 and 18:00 by the clocks of the place. Rule F7."""
    begins, ends = (moment.astimezone(ZoneInfo(time_zone)) for moment in (starts_at, ends_at))
    return begins.date() == ends.date() and begins.time() >= DAY_BEGINS and ends.time() <= DAY_ENDS


def interval_passed(last: date, interval_days: int, today: date) -> bool:
    """Whether a forum has not met within its agreed interval (days since the last meeting, or since its founding).

    Rule F7. Source: GP, organizing public forums.
    """
    return (today - last).days > interval_days


def interval_caution(interval_days: int, last: date, *, met: bool) -> Caution:
    """The advisory of a forum that has not met within its agreed interval. Rule F7."""
    since = f"it last met on {last}" if met else f"it was founded on {last} and has not met yet"
    return Caution(
        ClockCode.INTERVAL, f"The forum agreed to meet every {interval_days} days; {since}. Plan a meeting.", "F7"
    )


def local_day(moment: datetime, time_zone: str) -> date:
    """The day of a moment by the clocks of the place."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def holding_obstacles(
    starts_at: datetime, held_at: datetime, now: datetime, rules_since: date | None, held_on: date
) -> list[str]:
    """Everything that keeps a meeting from being recorded as held; `rules_since` is the day of the first written rules.

    `held_on` is the day of `held_at` by the clocks of the place. Rules F4, F7.
    """
    found: list[str] = []
    if rules_since is None:
        found.append("The forum has no written rules of procedure yet: adopt a first version before it meets.")
    elif rules_since > held_on:
        found.append(f"The forum's first rules of procedure are of {rules_since}; it could not meet before.")
    if held_at > now:
        found.append("held_at lies in the future: a meeting is recorded when it has taken place.")
    if starts_at - held_at > timedelta(days=1):
        found.append("held_at lies more than a day before the planned start: plan the meeting for when it was held.")
    return found


def present(statuses: Sequence[Attendance]) -> int:
    """How many of the marks say present (members)."""
    return sum(status is Attendance.PRESENT for status in statuses)
