"""Representativeness in the schema. Rules F5, K8."""

from datetime import date

import strawberry


@strawberry.type
class ObservedCount:
    """A count of people: status `A` a value, zero too; `O` missing; `Q` suppressed (SDMX CL_OBS_STATUS)."""

    value: int | None
    status: str


@strawberry.type
class Comparison:
    """A category's share among those known, against its share among residents; shares and gap are fractions of one.

    `pValue` is of an exact test whether the gap is more than chance, for seats only; `fewer` is yes, no or cannot_say.
    """

    dimension: str
    category: str
    count: ObservedCount
    known: ObservedCount
    unknown: ObservedCount
    expected_share: float | None
    share: float | None
    gap: float | None
    p_value: float | None
    fewer: str
    sentence: str


@strawberry.type
class Sample:
    """Some people, compared."""

    people: ObservedCount
    comparisons: list[Comparison]


@strawberry.type
class Representation:
    """Who sits and who comes, against who lives there: `full` for those inside, `controlled` for everyone else.

    A controlled one is as of the first day of the quarter, and suppresses counts from 1 up to `withheldUnder`.
    """

    as_of: date
    detail: str
    withheld_under: int | None
    members: Sample
    attendance: Sample | None
    sectors_absent: list[str]
    groups_absent: list[str] | None
    notes: list[str]
