"""Who may assign advisors, and when an area is about to be left alone. Pure. Rule H1."""

from dataclasses import dataclass
from datetime import date, timedelta

from beatbook.contracts.actor import Actor, Role

READERS = frozenset({Role.ADVISOR, Role.ADMIN, Role.SUPERVISOR, Role.COUNCIL})
ASSIGNERS = frozenset({Role.ADVISOR, Role.ADMIN})

NOTICE = timedelta(days=60)
"""How long before an advisor leaves the successor must be known. Rule H1."""
OVERLAP_DAYS = 14
"""Days that both are there, at least. Rule H1."""


def may_see(actor: Actor, area: str) -> bool:
    """Advisors, administrators, supervisors and the council of an area know who advises it. Rule H1."""
    return actor.may_as(READERS, area)


def may_assign(actor: Actor, area: str) -> bool:
    """Advisors and administrators of an area make and change its assignments. Rule H1."""
    return actor.may_as(ASSIGNERS, area)


@dataclass(frozen=True)
class Gap:
    """An area about to be left without an advisor, or without a proper handover."""

    code: str
    text: str
    rule: str = "H1"


def overlap_days(ends_on: date, successor_starts_on: date) -> int:
    """Days on which both are assigned, counting the first and the last; 0 when the successor comes later. Rule H1."""
    return max(0, (ends_on - successor_starts_on).days + 1)


def gap(ends_on: date, successor_starts_on: date | None, today: date) -> Gap | None:
    """The gap that an assignment's end leaves, from 60 days before it; None while there is none.

    With no successor, or under 14 days on which both are there. An end in the past without a successor stays a gap.
    Rule H1.
    """
    if ends_on - today > NOTICE:
        return None
    leaves = f"leaves on {ends_on}" if ends_on >= today else f"left on {ends_on}"
    if successor_starts_on is None:
        return Gap("no-successor", f"The advisor {leaves} and no successor is assigned.")
    days = overlap_days(ends_on, successor_starts_on)
    if days < OVERLAP_DAYS:
        return Gap("short-overlap", f"The advisor {leaves}; both are there for {days} days, not {OVERLAP_DAYS}.")
    return None


def dates_faults(starts_on: date, ends_on: date) -> list[str]:
    """What speaks against an assignment's dates. Rule H1."""
    return ["ends_on: the last day is not before the first"] if ends_on < starts_on else []
