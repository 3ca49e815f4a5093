"""Loaders: what one operation asks of the services, gathered into as few calls as their batch parameters allow.

A loader lives for one operation, so nothing that one caller may see is ever kept for another.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar

from strawberry.dataloader import DataLoader

from beatbook.contracts.areas import Tier, parent_of
from beatbook.kit.errors import NotFound
from gateway.clients.cases import ProblemRecord
from gateway.clients.concerns import ConcernRecord
from gateway.clients.forum import (
    CODES_PER_CALL,
    AreaRecord,
    DecisionRecord,
    ForumRecord,
    MeetingRecord,
    MinutesRecord,
)
from gateway.clients.handover import BriefRecord
from gateway.clients.kpi import IndicatorRecord, SeriesRecord
from gateway.clients.outreach import ConsultationRecord, InitiativeRecord
from gateway.clients.published import CorrectionRecord
from gateway.clients.services import Services
from gateway.clients.signals import SignalRecord
from gateway.clients.sites import SiteRecord
from gateway.clients.upstream import Listed, Silent, UpstreamProblem

T = TypeVar("T")
P = TypeVar("P", ForumRecord, DecisionRecord, InitiativeRecord, CorrectionRecord, ConsultationRecord, SignalRecord)


class SeriesKey(NamedTuple):
    """Which series: months written `2022-07`, both ends counted."""

    indicator: str
    area: str
    start: str
    end: str
    per: str


class LoadedSeries(NamedTuple):
    """A series with the periods it runs over."""

    periods: list[str]
    record: SeriesRecord


class Loaders:
    """The loaders of one operation."""

    def __init__(self, services: Services, now: datetime) -> None:
        self._services, self.now = services, now
        self._indicators: asyncio.Task[list[IndicatorRecord]] | None = None
        self.area: DataLoader[str, AreaRecord] = DataLoader(self._areas, max_batch_size=CODES_PER_CALL)
        self.boundary: DataLoader[str, dict[str, Any] | None] = DataLoader(
            self._boundaries, max_batch_size=CODES_PER_CALL
        )
        self.children: DataLoader[str, list[AreaRecord]] = DataLoader(self._children)
        self.series: DataLoader[SeriesKey, LoadedSeries] = DataLoader(self._series)
        self.forums_here: DataLoader[str, list[ForumRecord]] = DataLoader(
            _by_area(services.forum.forums), max_batch_size=CODES_PER_CALL
        )
        self.open_decisions_here: DataLoader[str, list[DecisionRecord]] = DataLoader(
            _by_area(partial(services.forum.decisions, state="open")), max_batch_size=CODES_PER_CALL
        )
        self.initiatives_here: DataLoader[str, list[InitiativeRecord]] = DataLoader(
            _by_area(services.forum.initiatives), max_batch_size=CODES_PER_CALL
        )
        self.corrections_here: DataLoader[str, list[CorrectionRecord]] = DataLoader(
            _by_area(services.forum.corrections), max_batch_size=CODES_PER_CALL
        )
        self.consultations_of: DataLoader[str, list[ConsultationRecord]] = DataLoader(
            _by_forum(services.forum.consultations), max_batch_size=CODES_PER_CALL
        )
        self.signals_here: DataLoader[str, list[SignalRecord]] = DataLoader(
            _by_area(partial(services.forum.signals, state="standing")), max_batch_size=CODES_PER_CALL
        )
        self.signal: DataLoader[str, SignalRecord] = DataLoader(_each(services.forum.signal))
        self.concern: DataLoader[str, ConcernRecord] = DataLoader(_each(services.forum.concern))
        self.site: DataLoader[str, SiteRecord] = DataLoader(_each(services.forum.site))
        self.initiative: DataLoader[str, InitiativeRecord] = DataLoader(_each(services.forum.initiative))
        self.correction: DataLoader[str, CorrectionRecord] = DataLoader(_each(services.forum.correction))
        self.consultation: DataLoader[str, ConsultationRecord] = DataLoader(_each(services.forum.consultation))
        self.forum: DataLoader[str, ForumRecord] = DataLoader(_each(services.forum.forum))
        self.meeting: DataLoader[str, MeetingRecord] = DataLoader(_each(services.forum.meeting))
        self.minutes: DataLoader[str, MinutesRecord] = DataLoader(_each(services.forum.minutes))
        self.decision: DataLoader[str, DecisionRecord] = DataLoader(_each(services.forum.decision))
        self.problem: DataLoader[str, ProblemRecord] = DataLoader(_each(services.cases.problem))
        self.brief: DataLoader[str, BriefRecord] = DataLoader(_each(services.handover.brief))

    async def indicators(self) -> Mapping[str, IndicatorRecord]:
        """What is measured, by code; asked for once."""
        if self._indicators is None:
            self._indicators = asyncio.create_task(self._services.kpi.indicators())
        return {indicator.code: indicator for indicator in await self._indicators}

    async def _areas(self, codes: list[str]) -> Sequence[AreaRecord | BaseException]:
        found = {area.code: area for area in await self._services.forum.areas(codes=codes)}
        return [found.get(code) or NotFound("area") for code in codes]

    async def _boundaries(self, codes: list[str]) -> Sequence[dict[str, Any] | None]:
        found = {area.code: area.boundary for area in await self._services.forum.areas(codes=codes, geometry=True)}
        return [found.get(code) for code in codes]

    async def _children(self, parents: list[str]) -> Sequence[list[AreaRecord]]:
        lists = await asyncio.gather(*(self._services.forum.areas(**query) for query in _children_queries(parents)))
        by_parent: dict[str | None, list[AreaRecord]] = defaultdict(list)
        for found in lists:
            for area in found:
                if area.valid_to is None or area.valid_to > self.now.date():
                    by_parent[parent_of(area.code)].append(area)
        return [sorted(by_parent[parent], key=lambda area: area.name) for parent in parents]

    async def _series(self, keys: list[SeriesKey]) -> Sequence[LoadedSeries | BaseException]:
        """One call for each indicator and span: one that the caller may not see leaves the others unharmed."""
        areas: dict[SeriesKey, list[str]] = defaultdict(list)
        for key in keys:
            areas[key._replace(area="")].append(key.area)
        answers = await asyncio.gather(*(self._one_indicator(span, codes) for span, codes in areas.items()))
        found = {key: value for answer in answers for key, value in answer.items()}
        return [found[key] for key in keys]

    async def _one_indicator(
        self, span: SeriesKey, areas: list[str]
    ) -> Mapping[SeriesKey, LoadedSeries | BaseException]:
        """One indicator in several areas; where they are refused together, each is asked for alone."""
        try:
            answer = await self._services.kpi.series([span.indicator], areas, span.start, span.end, span.per)
        except UpstreamProblem as problem:
            if len(areas) == 1:
                return {span._replace(area=areas[0]): problem}
            answers = await asyncio.gather(*(self._one_indicator(span, [area]) for area in areas))
            return {key: value for found in answers for key, value in found.items()}
        except Silent as silence:
            return dict.fromkeys((span._replace(area=area) for area in areas), silence)
        found: dict[SeriesKey, LoadedSeries | BaseException] = {
            span._replace(area=area): NotFound("area") for area in areas
        }
        for record in answer.series:
            found[span._replace(area=record.area)] = LoadedSeries(answer.periods, record)
        return found


def _children_queries(parents: Sequence[str]) -> list[dict[str, Any]]:
    """The register's queries for the children of areas: those of sisters come in one list, by tier."""
    sisters: dict[str | None, list[str]] = defaultdict(list)
    for parent in parents:
        sisters[parent_of(parent)].append(parent)
    queries: list[dict[str, Any]] = []
    for above, group in sisters.items():
        if above is None or len(group) == 1:
            queries.extend({"parent": parent} for parent in group)
        else:
            queries.append({"within": above, "tier": Tier.NEIGHBOURHOOD})
    return queries


def _by_area(load: Callable[..., Awaitable[Listed[P]]]) -> Callable[[list[str]], Awaitable[Sequence[list[P]]]]:
    """A batch of what lies in exactly each area, by the owner's `areas` parameter, page after page."""
    return _by("areas", lambda record: record.area, load)


def _by_forum(
    load: Callable[..., Awaitable[Listed[ConsultationRecord]]],
) -> Callable[[list[str]], Awaitable[Sequence[list[ConsultationRecord]]]]:
    """A batch of what each forum has, by the owner's `forums` parameter, page after page."""
    return _by("forums", lambda record: str(record.forum_id), load)


def _by(
    parameter: str, key: Callable[[P], str], load: Callable[..., Awaitable[Listed[P]]]
) -> Callable[[list[str]], Awaitable[Sequence[list[P]]]]:
    async def many(keys: list[str]) -> Sequence[list[P]]:
        found: dict[str, list[P]] = defaultdict(list)
        after: str | None = None
        while True:
            page = await load(**{parameter: ",".join(keys)}, after=after, limit=CODES_PER_CALL)
            for record in page.items:
                found[key(record)].append(record)
            after = page.next
            if after is None:
                return [found[asked] for asked in keys]

    return many


def _each(load: Callable[[str], Awaitable[T]]) -> Callable[[list[str]], Awaitable[Sequence[T | BaseException]]]:
    """A batch by single calls, for an owner without a batch parameter."""

    async def many(keys: list[str]) -> Sequence[T | BaseException]:
        return await asyncio.gather(*map(load, keys), return_exceptions=True)

    return many
