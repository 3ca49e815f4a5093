"""Answer shapes of the indicators: series are columnar. ARCHITECTURE 11."""

from pydantic import Field

from beatbook.contracts.areas import AreaCode, Tier
from beatbook.kit.web import View
from services.kpi.indicators.rules import Direction, Flag


class IndicatorView(View):
    """An indicator's definition, with the note that keeps its readers honest. Rules K1, K9."""

    code: str
    title: str
    unit: str
    direction: Direction
    numerator: str
    denominator: str | None
    factor: int
    disaggregations: list[str]
    tiers: list[Tier]
    source_events: list[str]
    note: str
    public: bool


class SeriesView(View):
    """One indicator of one area; the lists run along the answer's periods."""

    indicator: str
    area: AreaCode
    unit: str
    values: list[float | None]
    numerators: list[int]
    denominators: list[int | None]
    flags: list[list[Flag]]


class SeriesAnswer(View):
    """Series on common periods; `unknown` names areas the register has not, or has not yet told this service."""

    indicators: list[IndicatorView]
    periods: list[str]
    series: list[SeriesView]
    unknown: list[AreaCode]


class RateView(View):
    """One area's figure over a whole span of months."""

    area: AreaCode
    name: str
    numerator: int
    denominator: int | None
    value: float | None
    flags: list[Flag]


class RatesAnswer(View):
    """One figure per area, for maps and tables."""

    indicator: IndicatorView
    first: str = Field(alias="from")
    last: str = Field(alias="to")
    rows: list[RateView]
