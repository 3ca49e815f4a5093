"""Indicators for a question: the months it covers when it doesn't say, the columns of the answer. Rules K2, K3, K9."""

import asyncio
from collections.abc import Mapping, Sequence

from beatbook.contracts.areas import Tier, tier_of
from beatbook.kit.errors import Invalid, NotFound
from gateway.clients.kpi import IndicatorRecord, RatesAnswer
from gateway.clients.upstream import UpstreamProblem
from gateway.context import Context
from gateway.loaders import LoadedSeries, Loaders, SeriesKey
from gateway.periods import Span, month_of, months_before
from gateway.types.measures import Figure, Indicator, Per, Rates, Series
from gateway.types.scalars import Flags, Month, Numbers, Texts

LOOK_BACK_MONTHS = 240
"""How far back the last month with data is looked for."""
MOST_MONTHS = 600


async def area_series(
    loaders: Loaders, area: str, codes: Sequence[str] | None, span: Span, per: Per
) -> list[Series | None]:
    """Series of the indicators named, in their order; without names, of all that the caller may see.

    One that is named and refused is null with an error of its own.
    """
    known = await loaders.indicators()
    named = codes if codes is not None else list(known)
    found = await asyncio.gather(
        *(_one_series(loaders, known, area, code, span, per) for code in named), return_exceptions=True
    )
    if codes is None:
        found = [item for item in found if not (isinstance(item, UpstreamProblem) and item.status in {403, 404})]
    return found  # type: ignore[return-value]  # an exception in a list is an error at its place


async def _one_series(
    loaders: Loaders, known: Mapping[str, IndicatorRecord], area: str, code: str, span: Span, per: Per
) -> Series:
    if code not in known:
        raise NotFound("indicator")
    start, end = await _months(loaders, area, known[code], span)
    loaded = await loaders.series.load(SeriesKey(code, area, start, end, per))
    return _columns(known[code], loaded)


def _columns(indicator: IndicatorRecord, loaded: LoadedSeries) -> Series:
    record = loaded.record
    return Series(
        indicator=indicator_of(indicator),
        periods=Texts(loaded.periods),
        values=Numbers(record.values),
        numerators=Numbers(record.numerators),
        denominators=Numbers(record.denominators),
        flags=Flags(record.flags),
    )


async def area_rates(context: Context, area: str, code: str, span: Span, tier: Tier | None) -> Rates | None:
    """One indicator in each area of a tier within an area; None in a neighbourhood, which has nothing below."""
    if tier_of(area) is Tier.NEIGHBOURHOOD:
        return None
    indicator, answer = await _rates(context, area, code, span, tier)
    return Rates(
        indicator=indicator,
        start=Month(answer.first),
        end=Month(answer.last),
        areas=Texts([row.area for row in answer.rows]),
        values=Numbers([row.value for row in answer.rows]),
        numerators=Numbers([row.numerator for row in answer.rows]),
        denominators=Numbers([row.denominator for row in answer.rows]),
        flags=Flags([row.flags for row in answer.rows]),
    )


async def area_figure(context: Context, area: str, code: str, span: Span) -> Figure:
    """One indicator in the area itself."""
    indicator, answer = await _rates(context, area, code, span, tier_of(area))
    row = next((row for row in answer.rows if row.area == area), None)
    if row is None:
        raise NotFound("area")
    return Figure(
        indicator=indicator,
        start=Month(answer.first),
        end=Month(answer.last),
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        flags=row.flags,
    )


async def _rates(
    context: Context, area: str, code: str, span: Span, tier: Tier | None
) -> tuple[Indicator, RatesAnswer]:
    known = await context.loaders.indicators()
    if code not in known:
        raise NotFound("indicator")
    start, end = await _months(context.loaders, area, known[code], span)
    return indicator_of(known[code]), await context.services.kpi.rates(code, area, tier, start, end)


def indicator_of(record: IndicatorRecord) -> Indicator:
    """An indicator's definition as the schema shows it."""
    return Indicator(
        code=record.code,
        title=record.title,
        unit=record.unit,
        direction=record.direction,
        denominator=record.denominator,
        note=record.note,
    )


async def _months(loaders: Loaders, area: str, indicator: IndicatorRecord, span: Span) -> tuple[str, str]:
    """The months a question covers: as it says, else the last ones that have data; raises `Invalid`."""
    if not 1 <= span.last_months <= MOST_MONTHS:
        raise Invalid(f"'lastMonths' is between 1 and {MOST_MONTHS}.")
    end = span.end or await _last_month(loaders, area, indicator)
    return span.start or months_before(end, span.last_months - 1), end


async def _last_month(loaders: Loaders, area: str, indicator: IndicatorRecord) -> str:
    """The last month in which the indicator counted anything in the area; the present one when it never did."""
    present = month_of(loaders.now.date())
    key = SeriesKey(indicator.code, area, months_before(present, LOOK_BACK_MONTHS - 1), present, Per.MONTH)
    loaded = await loaders.series.load(key)
    record = loaded.record
    columns = zip(loaded.periods, record.numerators, record.denominators, strict=True)
    return max((period for period, above, below in columns if indicator.counted(above, below)), default=present)
