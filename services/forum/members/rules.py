"""Seats in a forum: sectors, roles, and who may chair. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID


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


class SeatKind(StrEnum):
    """Who takes a seat. Rule F2."""

    PERSON = "person"
    BODY = "body"


class SeatRole(StrEnum):
    """What a member does in the forum. Rule F2."""

    CHAIR = "chair"
    CO_CHAIR = "co_chair"
    SECRETARY = "secretary"
    MEMBER = "member"
    OBSERVER = "observer"


class Chairing(NamedTuple):
    """Days on which a seat chairs, both counted in; `last` is None while no end is known."""

    first: date
    last: date | None


def chairings(roles: Sequence[tuple[date, SeatRole]], term_end: date | None, *, co_chair: bool) -> list[Chairing]:
    """The spans in which a seat chairs (or, with `co_chair`, co-chairs), by its roles in order. Rule F2."""
    chairs = {SeatRole.CHAIR, SeatRole.CO_CHAIR} if co_chair else {SeatRole.CHAIR}
    found = []
    for number, (first, role) in enumerate(roles):
        follows = number + 1 < len(roles)
        last = roles[number + 1][0] - timedelta(days=1) if follows else term_end
        if role in chairs and (last is None or last >= first):
            found.append(Chairing(first, last))
    return found


def second_chair_obstacle(wanted: Chairing, others: Sequence[Chairing]) -> str | None:
    """Why a seat can't chair in these days; None when it can. A forum has at most one chair on a day. Rule F2."""
    for other in sorted(others, key=attrgetter("first")):
        if (other.last is None or wanted.first <= other.last) and (wanted.last is None or other.first <= wanted.last):
            until = f"until {other.last}" if other.last else "with no end set"
            return f"Another seat chairs from {other.first} {until}: end that first, or begin after it."
    return None


def seat_obstacles(
    kind: SeatKind,
    organisation: str | None,
    personal: Sequence[object],
    minority_group: str | None,
    minority_stated_on: date | None,
    today: date,
) -> list[str]:
    """Everything that keeps a seat from being described so; `personal` holds sex, age band and minority group.

    A body names its organisation, and has neither sex nor age. A minority group is kept only from the person's own
    statement, with the day it was made. Rule F2. Source: GP, organizing public forums.
    """
    found = []
    if kind is SeatKind.BODY and not organisation:
        found.append("A body's seat names its organisation.")
    if kind is SeatKind.BODY and any(value is not None for value in personal):
        found.append("A body has no sex, age band or minority group: leave them out.")
    if (minority_group is None) != (minority_stated_on is None):
        found.append("A minority group is kept only from the person's own statement: give minority_stated_on with it.")
    if minority_stated_on is not None and minority_stated_on > today:
        found.append("minority_stated_on lies in the future: record a statement once it was made.")
    return found


def seat_day_obstacle(seat: UUID, term_start: date, term_end: date | None, on: date) -> str | None:
    """Why a seat (its id) can't be marked at a meeting of a day; None when the day lies in its term. Rules F2, F10."""
    if term_start > on:
        return f"Seat {seat} begins on {term_start}, after the meeting of {on}: mark those who sat then."
    if term_end is not None and term_end < on:
        return f"Seat {seat} ended on {term_end}, before the meeting of {on}: mark those who sat then."
    return None


def term_obstacles(term_start: date, term_end: date | None, changed_end: date | None, today: date) -> list[str]:
    """Everything that keeps a term from ending on `changed_end` (None: no end set).

    A term that is over stays as it was, so that history can be read: whoever sits again gets a new term. Rule F2.
    """
    found = []
    if changed_end is not None and changed_end < term_start:
        found.append("A term can't end before it starts.")
    if term_end is not None and term_end < today and (changed_end is None or changed_end > term_end):
        found.append(f"This term ended on {term_end}: renew it as a new term instead of stretching it.")
    return found


def renewal_obstacles(term_end: date | None, term_start: date, *, renewed: bool) -> list[str]:
    """Everything that keeps a new term from following a term that ends on `term_end`. Rule F2."""
    found = []
    if renewed:
        found.append("This term was renewed before: renew the newest term.")
    if term_end is None:
        found.append("The term before has no end yet: give it one first.")
    elif term_start <= term_end:
        found.append(f"The term before lasts until {term_end}: begin the new one after it.")
    return found


def is_police_chair(sector: Sector, role: SeatRole) -> bool:
    """Whether a seat of the police chairs or co-chairs. Rule F3."""
    return sector is Sector.POLICE and role in {SeatRole.CHAIR, SeatRole.CO_CHAIR}


def chair_obstacle(sector: Sector, role: SeatRole, term_end: date | None, since: date) -> str | None:
    """Why this seat can't chair; None when it can, or doesn't chair. `since` is the day from which it chairs.

    The chair is not from the police. A police chair or co-chair is accepted only as a transition with an end date of
    at most twelve months ahead, which no later change, new seat or new term stretches. Rule F3.
    Source: GP, organizing public forums.
    """
    if not is_police_chair(sector, role):
        return None
    if term_end is None:
        return "A police chair is a transition only: give the term an end date, at most twelve months ahead."
    if term_end > _twelve_months_after(since):
        return (
            f"The police began to chair on {since}, and may at most twelve months; no new seat or term stretches that."
        )
    return None


def transition_began(recorded: Sequence[Chairing], today: date) -> date:
    """The day from which the police's transition counts: when the first of its chairings in a row was recorded.

    `recorded` gives for each police chair or co-chair the day it was recorded and the last day it chairs. A year
    without one begins a new row; so neither another officer's seat nor a renewed term stretches the twelve months.
    Rule F3.
    """
    began = today
    for first, last in sorted(recorded, key=attrgetter("first"), reverse=True):
        if last is None or _twelve_months_after(last) >= began:
            began = min(began, first)
    return began


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
