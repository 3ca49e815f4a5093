"""The kpi service: indicators, series and rates."""

from collections.abc import Sequence

from pydantic import Field, TypeAdapter

from gateway.clients.upstream import Listed, Record, Upstream


class IndicatorRecord(Record):
    """What an indicator is, and the note on how to read it. Rules K1, K9."""

    code: str
    title: str
    unit: str
    direction: str
    denominator: str | None
    note: str

    def counted(self, numerator: float | None, denominator: float | None) -> bool:
        """Whether anything was counted in a period; residents alone, who are always there, are no count."""
        return bool(numerator) or (self.denominator not in {None, "population"} and bool(denominator))


class SeriesRecord(Record):
    """One indicator in one area over the periods of its answer."""

    indicator: str
    area: str
    unit: str
    values: list[float | None]
    numerators: list[float | None] = Field(default_factory=list)
    denominators: list[float | None] = Field(default_factory=list)
    flags: list[list[str]] = Field(default_factory=list)


class SeriesAnswer(Record):
    """Several series over the same periods."""

    periods: list[str]
    series: list[SeriesRecord]


class RateRecord(Record):
    """One indicator in one area over a whole span of months."""

    area: str
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    flags: list[str] = Field(default_factory=list)


class RatesAnswer(Record):
    """One row for each area, and the months they cover."""

    first: str = Field(alias="from")
    last: str = Field(alias="to")
    rows: list[RateRecord]


_INDICATORS = TypeAdapter(Listed[IndicatorRecord])
_SERIES = TypeAdapter(SeriesAnswer)
_RATES = TypeAdapter(RatesAnswer)


class KpiClient:
    """The kpi service for one caller."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def indicators(self) -> list[IndicatorRecord]:
        """What is measured."""
        return (await self._upstream.read(_INDICATORS, "/indicators")).items

    async def series(
        self, indicators: Sequence[str], areas: Sequence[str], start: str, end: str, per: str
    ) -> SeriesAnswer:
        """Series of indicators by area, from month `start` to month `end` (`YYYY-MM`), both counted."""
        return await self._upstream.read(
            _SERIES, "/series", {"indicator": indicators, "area": areas, "from": start, "to": end, "per": per}
        )

    async def rates(self, indicator: str, within: str, tier: str | None, start: str, end: str) -> RatesAnswer:
        """One row for each area of a tier (None: the next one down) within an area, over months `start` to `end`."""
        return await self._upstream.read(
            _RATES, "/rates", {"indicator": indicator, "within": within, "tier": tier, "from": start, "to": end}
        )
