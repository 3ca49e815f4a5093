"""What the projections hold of an area and everything below it, by section. Plain SQL over the service's own tables."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.handover.briefs import rules
from services.handover.briefs.schemas import (
    ForumFacts,
    ForumsSection,
    IndicatorSeries,
    MinutesRef,
    MonthCount,
    PhaseCount,
    ProblemsSection,
    PromiseFacts,
    PromisesSection,
    StandingSignal,
)

_READ_UP_TO = text("select source, position from checkpoints where consumer = 'handover' order by source for share")
_FORUMS = text("""
    with forum_decisions as (
        select forum_id, count(*) as open, count(*) filter (where due_on < :today) as overdue
        from decisions where outcome is null and (area = :area or area like :below) group by forum_id)
    select forum_id, area, kind, name, founded_at, met.meetings_held, met.last_held_at, met.next_meeting_at,
           latest.members_present, latest.public_present, written.minutes_id, written.number, written.held_at,
           written.sha256, coalesce(forum_decisions.open, 0) as open, coalesce(forum_decisions.overdue, 0) as overdue
    from forums
    left join forum_decisions using (forum_id)
    cross join lateral (
        select count(*) filter (where state = 'held') as meetings_held, max(held_at) as last_held_at,
               min(starts_at) filter (where state = 'planned' and starts_at > :now) as next_meeting_at
        from meetings where meetings.forum_id = forums.forum_id) as met
    left join lateral (
        select members_present, public_present from meetings
        where meetings.forum_id = forums.forum_id and state = 'held' order by held_at desc limit 1) as latest on true
    left join lateral (
        select minutes_id, number, held_at, sha256 from published_minutes
        where published_minutes.forum_id = forums.forum_id order by held_at desc, number desc limit 1
    ) as written on true
    where area = :area or area like :below
    order by area, name, forum_id
""")
_MINUTES = text("select count(distinct minutes_id) from published_minutes where area = :area or area like :below")
_PROMISES = text("""
    select count(*) filter (where outcome is null) as open,
           count(*) filter (where outcome is null and due_on < :today) as overdue,
           count(*) filter (where outcome = 'delivered') as delivered,
           count(on_time) filter (where outcome = 'delivered') as delivered_with_due_date,
           count(*) filter (where outcome = 'delivered' and on_time) as delivered_on_time
    from decisions where area = :area or area like :below
""")
_OPEN_DECISIONS = text("""
    select decision_id, decisions.area, forums.name as forum, decisions.kind, owner, due_on, recorded_at
    from decisions left join forums using (forum_id)
    where outcome is null and (decisions.area = :area or decisions.area like :below)
    order by (due_on < :today) desc nulls last, due_on nulls last, recorded_at, decision_id limit :limit
""")
_SIGNALS = text("""
    select signal_id, forum_id, signals.area, forums.name as forum, code, raised_at
    from signals left join forums using (forum_id)
    where cleared_at is null and (signals.area = :area or signals.area like :below)
    order by raised_at, signals.area, code, signal_id
""")
_PHASES = text("""
    select phase, count(*) as problems, min(opened_at) as oldest from problems
    where area = :area or area like :below group by phase
""")
_INCIDENTS = text("""
    select month, sum(incidents)::bigint as incidents from incident_months
    where area = :area or area like :below group by month order by month desc limit :limit
""")
_INDICATORS = text("select indicator, month, value from indicator_months where area = :area order by indicator, month")


class Scope:
    """An area and a moment, as the statements' parameters; links into the forum service begin with `links`."""

    def __init__(self, session: AsyncSession, area: str, now: datetime, links: str) -> None:
        self._session, self._now, self._links = session, now, links
        self._parameters = {
            "area": area,
            "below": area.replace("_", r"\_") + ".%",
            "now": now,
            "today": now.date(),
            "limit": rules.ROWS_SHOWN,
        }

    async def read_up_to(self) -> dict[str, int]:
        """How far each service's log was read. It stays so until the transaction's end: consumers wait for it."""
        return {row.source: row.position for row in await self._rows(_READ_UP_TO)}

    async def forums(self) -> tuple[ForumsSection, list[ForumFacts]]:
        """Forums with their meetings and minutes: the section, and every forum for what follows from it."""
        forums = [self._forum(row) for row in await self._rows(_FORUMS)]
        minutes = (await self._rows(_MINUTES))[0][0]
        section = ForumsSection(
            total=len(forums),
            meetings_held=sum(forum.meetings_held for forum in forums),
            last_held_at=max((forum.last_held_at for forum in forums if forum.last_held_at), default=None),
            minutes_published=minutes,
            forums=forums[: rules.ROWS_SHOWN],
        )
        return section, forums

    def _forum(self, row: Row[Any]) -> ForumFacts:
        minutes = row.minutes_id and MinutesRef(
            minutes_id=row.minutes_id,
            number=row.number,
            held_at=row.held_at,
            sha256=row.sha256,
            link=self._link("minutes", row.minutes_id),
        )
        return ForumFacts(
            forum_id=row.forum_id,
            area=row.area,
            kind=row.kind,
            name=row.name,
            founded_at=row.founded_at,
            meetings_held=row.meetings_held,
            last_held_at=row.last_held_at,
            members_present=row.members_present,
            public_present=row.public_present,
            next_meeting_at=row.next_meeting_at,
            last_minutes=minutes,
            open_decisions=row.open,
            overdue_decisions=row.overdue,
            link=self._link("forums", row.forum_id),
        )

    async def promises(self) -> PromisesSection:
        """Open decisions with age and owner, and how the closed ones ended. Rule H6."""
        totals = (await self._rows(_PROMISES))[0]
        today = self._now.date()
        decisions = [
            PromiseFacts(
                decision_id=row.decision_id,
                area=row.area,
                forum=row.forum,
                kind=row.kind,
                owner=row.owner,
                due_on=row.due_on,
                age_days=(self._now - row.recorded_at).days if row.recorded_at else None,
                overdue=rules.is_overdue(row.due_on, today),
                link=self._link("decisions", row.decision_id),
            )
            for row in await self._rows(_OPEN_DECISIONS)
        ]
        return PromisesSection(**totals._mapping, decisions=decisions)

    async def signals(self) -> list[StandingSignal]:
        """Warning signals of forums that stand, the oldest first. Rule F17."""
        return [
            StandingSignal(
                code=row.code,
                area=row.area,
                forum_id=row.forum_id,
                forum=row.forum,
                raised_at=row.raised_at,
                link=self._link("signals", row.signal_id),
            )
            for row in await self._rows(_SIGNALS)
        ]

    async def problems(self) -> ProblemsSection:
        """Problem-solving cases by phase, and incidents of the last twelve months that there are figures for."""
        rows = await self._rows(_PHASES)
        counts = {row.phase: row.problems for row in rows}
        oldest = min((row.oldest for row in rows if row.phase != "closed" and row.oldest), default=None)
        return ProblemsSection(
            by_phase=[PhaseCount(phase=phase, problems=counts.get(phase, 0)) for phase in rules.PHASES],
            longest_open_days=(self._now - oldest).days if oldest else None,
            incidents_by_month=await self._incidents(),
        )

    async def _incidents(self) -> list[MonthCount]:
        counts = {row.month: row.incidents for row in await self._rows(_INCIDENTS)}
        if not counts:
            return []
        shown = [month for month in rules.months_until(max(counts)) if month >= min(counts)]
        return [MonthCount(month=month, incidents=counts.get(month, 0)) for month in shown]

    async def indicators(self) -> list[IndicatorSeries]:
        """Each indicator of the area itself over the last twelve months that there are figures for."""
        found: dict[str, dict[date, float | None]] = {}
        for row in await self._rows(_INDICATORS):
            found.setdefault(row.indicator, {})[row.month] = row.value
        series = []
        for indicator, by_month in found.items():
            months = [month for month in rules.months_until(max(by_month)) if month >= min(by_month)]
            values = [by_month.get(month) for month in months]
            series.append(IndicatorSeries(indicator=indicator, months=months, values=values, trend=rules.trend(values)))
        return series

    async def _rows(self, statement: TextClause) -> list[Row[Any]]:
        connection = await self._session.connection()
        return list((await connection.execute(statement, self._parameters)).all())

    def _link(self, kind: str, id: UUID) -> str:
        return f"{self._links}/v1/{kind}/{id}"
