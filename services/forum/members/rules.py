"""Seats in a forum: sectors, roles, and who may chair. Pure."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum


class Sector(StrEnum):
    """The sectors a seat can stand for. Rule F2."""

    ADMINISTRATION = "administration"
    POLICE = "police"
    PROSECUTION = "prosecution"
    COURT = "court"
    SOCIAL_SERVICES = "social_services"
    HEALTH = "health"
    ENVIRONMENT = "environment"
    EDUCATION = "education"
    HOUSING = "housing"
    BUSINESS = "business"
    PRIVATE_SECURITY = "private_security"
    RELIGIOUS = "religious"
    MINORITY = "minority"
    WOMENS_ORGANISATION = "womens_organisation"
    YOUTH = "youth"
    NGO = "ngo"
    HUMAN_RIGHTS = "human_rights"
    MEDIA = "media"
    SPORT = "sport"
    RESIDENT = "resident"
    ELDER = "elder"


class SeatRole(StrEnum):
    """What a member does in the forum. Rule F2."""

    CHAIR = "chair"
    CO_CHAIR = "co_chair"
    SECRETARY = "secretary"
    MEMBER = "member"
    OBSERVER = "observer"


def is_police_chair(sector: Sector, role: SeatRole) -> bool:
    """Whether a seat of the police chairs or co-chairs. Rule F3."""
    return sector is Sector.POLICE and role in {SeatRole.CHAIR, SeatRole.CO_CHAIR}


def chair_obstacle(sector: Sector, role: SeatRole, term_end: date | None, since: date) -> str | None:
    """Why this seat can't chair; None when it can, or doesn't chair. `since` is the day from which it chairs.

    The chair is not from the police. A police chair or co-chair is accepted only as a transition with an end date of
    at most twelve months ahead, which no later change stretches. Rule F3. Source: GP, organizing public forums.
    """
    if not is_police_chair(sector, role):
        return None
    if term_end is None:
        return "A police chair is a transition only: give the term an end date, at most twelve months ahead."
    if term_end > _twelve_months_after(since):
        return "A police chair's term may end at most twelve months after it began to chair; it can't be stretched."
    return None


def _twelve_months_after(day: date) -> date:
    """The same day of the next year; the 28th of February after the 29th."""
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def police_chair_overdue(sector: Sector, role: SeatRole, term_end: date | None, today: date) -> bool:
    """Whether a police chair still sits past the agreed end of the transition. Rule F3."""
    return is_police_chair(sector, role) and term_end is not None and term_end < today


def police_chair_until(chairs: Sequence[tuple[Sector, SeatRole, date | None]]) -> date | None:
    """When the police is to hand over the chair, by the seats that chair or co-chair (sector, role, end of term).

    None when the police has no such seat, or someone else holds the chair beyond it. Rule F3.
    """
    ends = [end for sector, role, end in chairs if end is not None and is_police_chair(sector, role)]
    if not ends:
        return None
    last = max(ends)
    for sector, role, end in chairs:
        if sector is not Sector.POLICE and role is SeatRole.CHAIR and (end is None or end > last):
            return None
    return last
