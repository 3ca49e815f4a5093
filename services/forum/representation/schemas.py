"""Answer shapes of representativeness."""

from datetime import date
from typing import Literal
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.kit.disclosure import ObsStatus
from beatbook.kit.web import View
from services.forum.members.rules import Sector
from services.forum.representation.rules import Dimension, Fewer


class CellView(View):
    """A count of people: `A` a value, zero too; `O` missing; `Q` suppressed (SDMX CL_OBS_STATUS)."""

    value: int | None
    status: ObsStatus


class ComparisonView(View):
    """A category's share among those known, against its share among residents. Shares and gap are fractions of one.

    `p_value` and `interval` are exact binomial (two-sided; 95 %), and only for seats.
    """

    dimension: Dimension
    category: str
    count: CellView
    known: CellView
    unknown: CellView
    expected_share: float | None
    share: float | None
    gap: float | None
    p_value: float | None
    interval: tuple[float, float] | None
    fewer: Fewer
    sentence: str


class SampleView(View):
    """Some people, compared."""

    people: CellView
    comparisons: list[ComparisonView]


class RepresentationView(View):
    """Who sits and who comes, against who lives there.

    `full` for those inside, of any day. `controlled` for everyone else: as of the first day of the quarter, from public
    meetings, with counts from 1 up to `withheld_under` suppressed and minority groups only together.
    """

    forum_id: UUID
    area: AreaCode
    as_of: date
    detail: Literal["full", "controlled"]
    withheld_under: int | None
    members: SampleView
    bodies: int | None
    meetings: int
    attendance: SampleView | None
    sectors_absent: list[Sector]
    groups_absent: list[str] | None
    notes: list[str]
