"""Seats in a forum: sectors, roles, and who may chair. Pure."""

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


def chair_obstacle(sector: Sector, role: SeatRole, term_end: date | None, today: date) -> str | None:
    """Why this seat can't chair; None when it can, or doesn't chair.

    The chair is not from the police. A police chair or co-chair is accepted only as a transition with an end date of
    at most twelve months ahead. Rule F3. Source: GP, organizing public forums.
    """
    if sector is not Sector.POLICE or role not in {SeatRole.CHAIR, SeatRole.CO_CHAIR}:
        return None
    if term_end is None:
        return "A police chair is a transition only: give the term an end date, at most twelve months ahead."
    if term_end > _twelve_months_after(today):
        return "A police chair's term may end at most twelve months ahead."
    return None


def _twelve_months_after(day: date) -> date:
    """The same day of the next year; the 28th of February after the 29th."""
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def police_chair_overdue(sector: Sector, role: SeatRole, term_end: date | None, today: date) -> bool:
    """Whether a police chair still sits past the agreed end of the transition. Rule F3."""
    chairs = sector is Sector.POLICE and role in {SeatRole.CHAIR, SeatRole.CO_CHAIR}
    return chairs and term_end is not None and term_end < today
