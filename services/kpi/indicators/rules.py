"""What an indicator is, how its figure is made from counts, and who may read it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from beatbook.contracts.actor import Actor, Role
from beatbook.contracts.areas import Tier

POPULATION: Literal["population"] = "population"

READERS_OF_INCIDENTS = frozenset(
    {Role.ADMIN, Role.CORE_GROUP, Role.COUNCIL, Role.OFFICER, Role.SUPERVISOR, Role.ADVISOR, Role.EVALUATOR}
)
"""Figures about people stay with these until there is disclosure control. Rule K8."""


class Direction(StrEnum):
    """Which way is better."""

    LOWER = "lower_is_better"
    HIGHER = "higher_is_better"


@dataclass(frozen=True)
class Indicator:
    """An indicator, as data. Rule K1.

    `numerator` and `denominator` name what is counted; the denominator may be `population`, or None for a plain count.
    The figure is `numerator / denominator * factor`; a denominator below `small_base` is flagged. Rule K3.
    """

    code: str
    title: str
    unit: str
    direction: Direction
    numerator: str
    denominator: str | None
    factor: int
    small_base: int
    disaggregations: tuple[str, ...]
    tiers: tuple[Tier, ...]
    source_events: tuple[str, ...]
    note: str
    readers: frozenset[Role]


class Flag(StrEnum):
    """What a reader must know of a single figure."""

    SMALL_BASE = "small_base"
    NO_POPULATION = "no_population"
    PARTIAL_POPULATION = "partial_population"
    NOTHING_DUE = "nothing_due"


@dataclass(frozen=True)
class Figure:
    """An indicator's figure: None where there is nothing to divide by, which its flags then say."""

    numerator: int
    denominator: int | None
    value: float | None
    flags: tuple[Flag, ...] = ()


def figure(indicator: Indicator, numerator: int, denominator: int | None, *, partial: bool = False) -> Figure:
    """Make a figure, to four decimals; flag it rather than hide it. A zero is a zero, not a gap.

    A rate over several months is not annualised: what happened in them, over the residents. `partial` says that the
    denominator leaves out areas without a population. Rule K3.
    """
    if indicator.denominator is None:
        return Figure(numerator, None, float(numerator * indicator.factor))
    if not denominator:
        missing = Flag.NO_POPULATION if indicator.denominator == POPULATION else Flag.NOTHING_DUE
        return Figure(numerator, denominator, None, (missing,))
    flags = [Flag.PARTIAL_POPULATION] if partial else []
    if denominator < indicator.small_base:
        flags.append(Flag.SMALL_BASE)
    return Figure(numerator, denominator, round(numerator * indicator.factor / denominator, 4), tuple(flags))


def may_read(actor: Actor, indicator: Indicator, area: str) -> bool:
    """Whether the actor may see an indicator's figures of an area. Rules K8, G2."""
    return actor.may_as(indicator.readers, area)


class Per(StrEnum):
    """The length of a period."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class Period:
    """A period as it is labelled (`2022-03`, `2022-Q1`, `2022`), with the first days of its months."""

    label: str
    months: tuple[date, ...]


def months_between(first: date, last: date) -> list[date]:
    """The first days of the months from `first` to `last`, both included."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def whole_periods(first: date, last: date, per: Per) -> list[Period]:
    """The whole periods that hold the months `first` to `last`: quarter and year derive from months. Rule K2.

    A quarter or year that the months only touch is taken whole, since part of one under its name would mislead.
    """
    if per is Per.QUARTER:
        first = date(first.year, first.month - (first.month - 1) % 3, 1)
        last = date(last.year, last.month + 2 - (last.month - 1) % 3, 1)
    elif per is Per.YEAR:
        first, last = date(first.year, 1, 1), date(last.year, 12, 1)
    found: dict[str, list[date]] = {}
    for month in months_between(first, last):
        found.setdefault(_label(month, per), []).append(month)
    return [Period(label, tuple(months)) for label, months in found.items()]


def _label(month: date, per: Per) -> str:
    if per is Per.MONTH:
        return f"{month:%Y-%m}"
    return f"{month.year}-Q{(month.month + 2) // 3}" if per is Per.QUARTER else str(month.year)


def measures_of(indicators: Sequence[Indicator]) -> set[str]:
    """Everything that these indicators count."""
    named = {name for indicator in indicators for name in (indicator.numerator, indicator.denominator) if name}
    return named - {POPULATION}
