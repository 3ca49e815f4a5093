"""Figures from facts and populations: the one place where they are put together, for pages, timers and all."""

from collections.abc import Collection, Sequence
from datetime import date

from beatbook.contracts.actor import Role
from beatbook.contracts.areas import Tier
from beatbook.kit.db import AsyncSession
from services.kpi.areas.queries import areas_below, bases
from services.kpi.areas.rules import Base
from services.kpi.facts.queries import Counts, monthly_counts
from services.kpi.facts.rules import Measure
from services.kpi.indicators.rules import POPULATION, Figure, Indicator, Period, figure, measures_of
from services.kpi.indicators.schemas import IndicatorView, RateView, SeriesView
from services.kpi.indicators.shipped import INDICATORS

Figures = dict[tuple[str, str], list[Figure]]
"""Figures along the periods, by indicator code and area."""


def view(indicator: Indicator) -> IndicatorView:
    """An indicator's answer."""
    fields = {name: value for name, value in vars(indicator).items() if name in IndicatorView.model_fields}
    return IndicatorView(**fields, public=Role.PUBLIC in indicator.readers)


async def figures(
    session: AsyncSession,
    indicators: Sequence[Indicator],
    areas: Collection[str],
    periods: Sequence[Period],
    *,
    today: date,
    category: str | None = None,
) -> Figures:
    """The figures of each indicator and area, along the periods. Rules K2, K3."""
    per_resident = any(indicator.denominator == POPULATION for indicator in indicators)
    base_of = await bases(session, areas) if per_resident else {}
    counted = set(areas).union(*(base.left_out for base in base_of.values()))
    counts = await monthly_counts(
        session,
        {Measure(name) for name in measures_of(indicators)},
        counted,
        periods[0].months[0],
        periods[-1].months[-1],
        today=today,
        category=category,
    )
    return {
        (indicator.code, area): [_figure(indicator, area, period, counts, base_of.get(area)) for period in periods]
        for indicator in indicators
        for area in areas
    }


def _figure(indicator: Indicator, area: str, period: Period, counts: Counts, base: Base | None) -> Figure:
    def total(measure: str, code: str) -> int:
        return sum(counts.get((measure, code, month), 0) for month in period.months)

    numerator = total(indicator.numerator, area)
    if indicator.denominator == POPULATION and base is not None:
        numerator -= sum(total(indicator.numerator, code) for code in base.left_out)
        return figure(indicator, numerator, base.population, partial=bool(base.left_out))
    return figure(indicator, numerator, total(indicator.denominator, area) if indicator.denominator else None)


async def series(
    session: AsyncSession,
    indicators: Sequence[Indicator],
    areas: Sequence[str],
    periods: Sequence[Period],
    *,
    today: date,
    category: str | None,
) -> list[SeriesView]:
    """The series of each indicator and area, in the order asked for."""
    found = await figures(session, indicators, areas, periods, today=today, category=category)
    return [
        SeriesView(
            indicator=code,
            area=area,
            unit=INDICATORS[code].unit,
            values=[item.value for item in line],
            numerators=[item.numerator for item in line],
            denominators=[item.denominator for item in line],
            flags=[list(item.flags) for item in line],
        )
        for (code, area), line in found.items()
    ]


async def rates(
    session: AsyncSession,
    indicator: Indicator,
    within: str,
    tier: Tier | None,
    span: Period,
    *,
    today: date,
    category: str | None,
) -> list[RateView]:
    """One figure over the whole span for each area; an area without any fact has a zero."""
    areas = await areas_below(session, within, tier, span.months[0])
    codes = [area.code for area in areas]
    found = await figures(session, [indicator], codes, [span], today=today, category=category)
    return [
        RateView(area=area.code, name=area.name, **vars(found[indicator.code, area.code][0])) for area in areas
    ]  # fmt: skip
