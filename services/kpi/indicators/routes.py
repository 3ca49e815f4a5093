"""The indicators over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import Query

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import AreaCode, Tier
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read
from beatbook.kit.errors import Forbidden, Invalid, NotFound
from beatbook.kit.paging import Page
from beatbook.kit.web import router
from services.kpi.areas.queries import known_codes
from services.kpi.facts.rules import month_of
from services.kpi.indicators import queries
from services.kpi.indicators.rules import Indicator, Per, Period, may_read, months_between, whole_periods
from services.kpi.indicators.schemas import IndicatorView, RatesAnswer, SeriesAnswer
from services.kpi.indicators.shipped import INDICATORS

routes = router(tags=["indicators"])

MAX_MONTHS = 600

Month = Annotated[str | None, Query(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2022-01"])]
From = Annotated[Month, Query(alias="from", description="First month; by default eleven months before `to`")]
To = Annotated[Month, Query(alias="to", description="Last month; by default the present one")]
Category = Annotated[
    str | None,
    Query(pattern=r"^[A-Za-z0-9._-]{1,32}$", description="An ICCS code: it and what it divides into (incidents only)"),
]


@routes.get("/indicators")
async def list_indicators() -> Page[IndicatorView]:
    """Every indicator there is, whoever may read its figures."""
    return Page(items=[queries.view(indicator) for indicator in INDICATORS.values()], next=None)


@routes.get("/series")
async def read_series(
    session: Read,
    actor: CurrentActor,
    now: Now,
    indicator: Annotated[list[str], Query(min_length=1, max_length=20)],
    area: Annotated[list[AreaCode], Query(min_length=1, max_length=500)],
    first: From = None,
    last: To = None,
    per: Per = Per.MONTH,
    category: Category = None,
) -> SeriesAnswer:
    """Figures by month, quarter or year, columnar; a quarter or year that is only touched is given whole."""
    indicators = [_indicator(code, category) for code in dict.fromkeys(indicator)]
    periods = whole_periods(*_span(first, last, now.date()), per)
    wanted = list(dict.fromkeys(area))
    known = await known_codes(session, wanted)
    if not known:
        raise NotFound("area")
    areas = [code for code in wanted if code in known]
    for item in indicators:
        _allow(actor, item, areas)
    return SeriesAnswer(
        indicators=[queries.view(item) for item in indicators],
        periods=[period.label for period in periods],
        series=await queries.series(session, indicators, areas, periods, today=now.date(), category=category),
        unknown=[code for code in wanted if code not in known],
    )


@routes.get("/rates")
async def read_rates(
    session: Read,
    actor: CurrentActor,
    now: Now,
    indicator: str,
    within: AreaCode,
    tier: Tier | None = None,
    first: From = None,
    last: To = None,
    category: Category = None,
) -> RatesAnswer:
    """One figure per area over the whole span: the areas of a tier within an area, by default those one tier below."""
    chosen = _indicator(indicator, category)
    if not await known_codes(session, [within]):
        raise NotFound("area")
    _allow(actor, chosen, [within])
    start, end = _span(first, last, now.date())
    span = Period(f"{start:%Y-%m}/{end:%Y-%m}", tuple(months_between(start, end)))
    rows = await queries.rates(session, chosen, within, tier, span, today=now.date(), category=category)
    return RatesAnswer.model_validate(
        {"indicator": queries.view(chosen), "from": f"{start:%Y-%m}", "to": f"{end:%Y-%m}", "rows": rows}
    )


def _indicator(code: str, category: str | None) -> Indicator:
    found = INDICATORS.get(code)
    if found is None:
        raise NotFound("indicator")
    if category is not None and "category" not in found.disaggregations:
        raise Invalid(f"{found.title} cannot be divided by category; leave `category` out.", rule="K1")
    return found


def _allow(actor: Actor, indicator: Indicator, areas: list[str]) -> None:
    if not all(may_read(actor, indicator, area) for area in areas):
        roles = ", ".join(sorted(indicator.readers))
        raise Forbidden(
            f"{indicator.title} is shown only to holders of one of these roles for the area: {roles}.", rule="K8"
        )


def _span(first: str | None, last: str | None, today: date) -> tuple[date, date]:
    """The months asked for; raises `Invalid` for none or too many."""
    end = _month(last) if last else month_of(today)
    start = _month(first) if first else date(end.year - (end.month < 12), end.month % 12 + 1, 1)
    if not start <= end:
        raise Invalid("`from` lies after `to`: exchange them.")
    if len(months_between(start, end)) > MAX_MONTHS:
        raise Invalid(f"At most {MAX_MONTHS} months at once: ask for a shorter span.")
    return start, end


def _month(text: str) -> date:
    return date(int(text[:4]), int(text[5:]), 1)
