"""When it is asked whether somebody offended again, what is counted, and who may read the counts. Pure.

Rules C10, K8.
"""

from collections.abc import Mapping
from datetime import date
from enum import IntEnum

from dateutil.relativedelta import relativedelta

from beatbook.contracts.actor import Actor, Role
from beatbook.contracts.areas import Tier, lineage, tier_of
from beatbook.kit.disclosure import UNDER_FOR_ALL, UNDER_FOR_TRUSTED, Cell, two_way
from services.cases.diversion.rules import State


class After(IntEnum):
    """How many months after the end of a case it is asked."""

    SIX = 6
    TWELVE = 12


FOLLOWED = frozenset({State.COMPLETED, State.BREACHED})
"""Who took part: of those who did not, diversion has nothing to be measured by."""
GRACE = relativedelta(months=3)
"""How long answers may take before a year's table is published, so that later ones do not tell of single people."""
COMPARING = frozenset({Role.CORE_GROUP, Role.EVALUATOR, Role.ADMIN})
YES, NO = "yes", "no"


def due_days(outcome: State, ended_on: date, keep_until: date | None) -> Mapping[int, date]:
    """On which days it is asked, by months after the end; not after the day on which the case is expunged. Rule C10."""
    if outcome not in FOLLOWED:
        return {}
    days = {int(months): ended_on + relativedelta(months=months) for months in After}
    return {months: day for months, day in days.items() if keep_until is None or day <= keep_until}


def counted_in(area: str) -> str:
    """The area that an answer is counted in: never one smaller than a municipality, where few make one known."""
    return lineage(area)[:2][-1]


def quarter_of(day: date) -> str:
    """The quarter of a day: `2026Q1`."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def may_compare(actor: Actor, country: str) -> bool:
    """Those who compare a whole country's areas read its counts."""
    return tier_of(country) is Tier.NATIONAL and actor.may_as(COMPARING, country)


def threshold(actor: Actor, country: str) -> int:
    """Under which count a cell is withheld from the actor. Rule K8."""
    return UNDER_FOR_TRUSTED if actor.may_as({Role.CORE_GROUP}, country) else UNDER_FOR_ALL


def is_complete(year: int, months: int, today: date) -> bool:
    """Whether all who ended in a year have been asked, and there was time to answer."""
    return date(year, 12, 31) + relativedelta(months=months) + GRACE <= today


def published(counts: Mapping[str, tuple[int, int]], under: int) -> Mapping[tuple[str, str], Cell]:
    """Counts (yes, no) by area as they may be shown: by area and answer, with totals. Rule K8."""
    cells: dict[tuple[str, str], int | None] = {}
    for area, (yes, no) in counts.items():
        cells[area, YES], cells[area, NO] = yes, no
    return two_way(cells, under=under)
