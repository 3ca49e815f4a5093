"""What an area is in the rollout, and from when to when. Pure. Rule A4."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from beatbook.contracts.actor import Actor, Role

DESIGNATORS = frozenset({Role.ADMIN, Role.CORE_GROUP})


class SiteRole(StrEnum):
    """What an area is for a while. Rule A4. Source: GP, pilot sites."""

    PILOT = "pilot"
    CONTROL = "control"
    EXPANSION = "expansion"


def may_designate(actor: Actor, area: str) -> bool:
    """The core group chooses sites, as does an administrator; everyone may know them. Rule A4."""
    return actor.may_as(DESIGNATORS, area)


def site_obstacles(
    starts_on: date, ends_on: date | None, others: Sequence[tuple[SiteRole, date, date | None]]
) -> list[str]:
    """Everything that keeps an area from being a site in these days, both counted in; `others` are its other spans.

    An area is one thing at a time: a pilot that is also a control compares with itself. Rule A4.
    Source: GP, pilot sites.
    """
    found = []
    if ends_on is not None and ends_on < starts_on:
        found.append("ends_on lies before starts_on.")
    for role, first, last in others:
        if (last is None or starts_on <= last) and (ends_on is None or first <= ends_on):
            until = f"until {last}" if last else "with no end set"
            found.append(f"The area is a {role.value} site from {first} {until}: end that first, or begin after it.")
    return found
