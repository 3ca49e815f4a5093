"""Indicators as columns: one list of periods, one list of values. Rules K1-K3, K9."""

from enum import StrEnum

import strawberry

from gateway.types.scalars import Flags, Month, Numbers, Texts


@strawberry.enum
class Per(StrEnum):
    """What one value of a series covers."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@strawberry.type
class Indicator:
    """What is measured, and the note on how to read it (Rules K1, K9)."""

    code: str
    title: str
    unit: str
    direction: str
    denominator: str | None = strawberry.field(description="What it is divided by: population, a count, or nothing.")
    note: str


@strawberry.type
class Series:
    """One indicator in one area over time, as columns of equal length."""

    indicator: Indicator
    periods: Texts
    values: Numbers
    numerators: Numbers
    denominators: Numbers
    flags: Flags


@strawberry.type
class Rates:
    """One indicator over a span of months in each area of a tier, as columns of equal length."""

    indicator: Indicator
    start: Month = strawberry.field(name="from")
    end: Month = strawberry.field(name="to")
    areas: Texts
    values: Numbers
    numerators: Numbers
    denominators: Numbers
    flags: Flags


@strawberry.type
class Figure:
    """One indicator in one area over a whole span of months."""

    indicator: Indicator
    start: Month = strawberry.field(name="from")
    end: Month = strawberry.field(name="to")
    value: float | None
    numerator: float | None
    denominator: float | None
    flags: list[str]
