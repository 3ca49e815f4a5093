"""Assignments to areas: who may make them, and how long a community officer should stay. Pure. Rule A5."""

from datetime import date
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from beatbook.contracts.actor import Actor, Role
from services.forum.advisories.rules import Caution

ASSIGNERS = frozenset({Role.ADMIN, Role.SUPERVISOR})
YEARS_IN_POST = 3


class PostKind(StrEnum):
    """What is assigned. Rule A5. Source: GP, profile of a community police officer."""

    COMMUNITY_OFFICER = "community_officer"
    OFFICER = "officer"
    TEAM = "team"


def may_assign(actor: Actor, area: str) -> bool:
    """The police's supervisors assign, as does an administrator. Rule A5."""
    return actor.may_as(ASSIGNERS, area)


def post_obstacles(starts_on: date, ends_on: date | None, *, same_there: bool) -> list[str]:
    """Everything that keeps a post from lasting so; `same_there`: the officer or team has this post then. Rule A5."""
    found = []
    if ends_on is not None and ends_on < starts_on:
        found.append("ends_on lies before starts_on.")
    if same_there:
        found.append("This officer or team has the same post in the area in these days: end that first.")
    return found


def post_cautions(kind: PostKind, starts_on: date, ends_on: date | None) -> list[Caution]:
    """What to think over: a community officer who leaves before three years takes along what people came to trust.

    `ends_on` is the last day in the post. Rule A5. Source: GP, profile of a community police officer.
    """
    if kind is not PostKind.COMMUNITY_OFFICER or ends_on is None:
        return []
    if ends_on + relativedelta(days=1) >= starts_on + relativedelta(years=YEARS_IN_POST):
        return []
    text = (
        f"A community officer should stay at least {YEARS_IN_POST} years: trust takes time, and leaves with the person."
    )
    return [Caution("post-under-three-years", text, "A5")]
