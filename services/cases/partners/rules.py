"""Partner agencies and memoranda of understanding: who keeps them, when one is open, what one covers. Pure. Rule C11.

Source: GP ch. 3, non-policing challenges.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from beatbook.contracts.actor import Actor, Role
from beatbook.contracts.areas import covers


class Service(StrEnum):
    """What agencies offer to people."""

    SHELTER = "shelter"
    VICTIM_SUPPORT = "victim_support"
    LEGAL_AID = "legal_aid"
    PSYCHOSOCIAL_SUPPORT = "psychosocial_support"
    YOUTH_WORK = "youth_work"
    FAMILY_SUPPORT = "family_support"
    SOCIAL_WORK = "social_work"
    ADDICTION_TREATMENT = "addiction_treatment"
    HEALTH_CARE = "health_care"
    MEDIATION = "mediation"
    HOUSING = "housing"
    EDUCATION = "education"
    EMPLOYMENT = "employment"
    DEBT_ADVICE = "debt_advice"


class DataCategory(StrEnum):
    """What may be sent about a person; each is a field of the policy on cases (`files.rules.Field`)."""

    IDENTITY = "identity"
    CONTACT = "contact"
    NEEDS = "needs"
    CIRCUMSTANCES = "circumstances"
    HEALTH = "health"


class Weekday(StrEnum):
    """Days of the week, in order."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class EndReason(StrEnum):
    """Why a memorandum ended before its last day."""

    REPLACED = "replaced"
    BY_US = "by_us"
    BY_THE_AGENCY = "by_the_agency"
    BREACHED = "breached"


KEEPERS = frozenset({Role.ADMIN, Role.COUNCIL, Role.SUPERVISOR})
"""Who registers agencies: those who know the organisations of an area."""
SIGNERS = frozenset({Role.ADMIN, Role.SUPERVISOR})
"""Who answers for what the police send, and so signs and ends memoranda."""
READERS = KEEPERS | {Role.OFFICER, Role.ADVISOR, Role.FORUM_MEMBER}
"""Who looks agencies up. Not everybody: where a shelter is can be what it protects."""


def may_keep(actor: Actor, areas: Collection[str]) -> bool:
    """Whoever keeps the agencies of every area named registers and changes one. Rule C11."""
    return all(actor.may_as(KEEPERS, area) for area in areas)


def may_sign(actor: Actor, areas: Collection[str]) -> bool:
    """Whoever answers for every area of a memorandum signs and ends it. Rule C11."""
    return all(actor.may_as(SIGNERS, area) for area in areas)


DAY = 24 * 60
WEEK = 7 * DAY


@dataclass(frozen=True)
class Hours:
    """One stretch of opening hours, by the agency's own clocks (HH:MM)."""

    day: Weekday
    opens: str
    closes: str
    """Not after `opens`: on the next day; the same as `opens`: a whole day."""


def open_minutes(hours: Iterable[Hours]) -> list[tuple[int, int]]:
    """The minutes of the week, from Monday 0:00, at which an agency is open: stretches [from, until). Rule C11."""
    found = []
    for stretch in hours:
        midnight = list(Weekday).index(stretch.day) * DAY
        opens, closes = midnight + _minutes(stretch.opens), midnight + _minutes(stretch.closes)
        closes += DAY if closes <= opens else 0
        found.append((opens, min(closes, WEEK)))
        if closes > WEEK:
            found.append((0, closes - WEEK))
    return found


def minute_of_week(now: datetime, zone: str) -> int:
    """The minute of the week, from Monday 0:00, that clocks of a zone show. Rule C11."""
    local = now.astimezone(ZoneInfo(zone))
    return local.weekday() * DAY + local.hour * 60 + local.minute


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


class Memorandum(Protocol):
    """What a memorandum of understanding says, as far as it decides what may be sent."""

    services: list[str]
    areas: list[str]
    categories: list[str]
    starts_on: date
    ends_on: date
    ended_at: datetime | None


LONGEST = timedelta(days=5 * 366)
"""A memorandum is looked at again after five years at the latest."""


def in_force(memorandum: Memorandum, now: datetime) -> bool:
    """From its first day to its last (UTC), unless it was ended. Rule C11."""
    ended = memorandum.ended_at is not None and memorandum.ended_at <= now
    return not ended and memorandum.starts_on <= now.date() <= memorandum.ends_on


def terms_flaws(memorandum: Memorandum, services: Collection[str], areas: Collection[str], today: date) -> list[str]:
    """All that keeps a memorandum from being signed with an agency of these services and areas. Rule C11."""
    found = []
    if memorandum.ends_on < max(memorandum.starts_on, today):
        found.append("ends_on: a day to come, not before starts_on")
    if memorandum.ends_on - memorandum.starts_on > LONGEST:
        found.append("ends_on: at most five years after starts_on")
    found += [f"services: the agency does not offer {service}" for service in memorandum.services
              if service not in services]  # fmt: skip
    found += [f"areas: the agency does not work in {area}" for area in memorandum.areas
              if not any(covers(outer, area) for outer in areas)]  # fmt: skip
    return found


def uncovered(
    memoranda: Sequence[Memorandum], service: str, area: str, categories: Collection[str], now: datetime
) -> list[str]:
    """What no memorandum in force covers; nothing when one covers service, area and every category. Rules C11, C12.

    Two that each cover a part do not make one that covers all: what is missing is told of the one that lacks least.
    """
    gaps = [_gaps(memorandum, service, area, categories) for memorandum in memoranda if in_force(memorandum, now)]
    return min(gaps, key=len) if gaps else ["memorandum: none is in force with the agency"]


def _gaps(memorandum: Memorandum, service: str, area: str, categories: Collection[str]) -> list[str]:
    found = [f"memorandum: does not cover the service {service}"] if service not in memorandum.services else []
    if not any(covers(outer, area) for outer in memorandum.areas):
        found.append("memorandum: does not cover the area")
    return found + [
        f"memorandum: does not cover the data category {category}"
        for category in sorted(categories)
        if category not in memorandum.categories
    ]
