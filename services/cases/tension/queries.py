"""Reads of tension: readings for those who record them, weeks, and what areas below have in common. Rule C18."""

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.disclosure import ObsStatus
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.cases.tension import rules
from services.cases.tension.schemas import BelowView, TensionView, WeekView
from services.cases.tension.tables import TensionReading, TensionWeek


def visible_to(statement: SelectOfScalar[TensionReading], actor: Actor) -> SelectOfScalar[TensionReading]:
    """Leave only the readings of areas where the actor records them."""
    return statement.where(lies_within(col(TensionReading.area), *actor.areas_as(rules.RECORDERS)))


async def reading_by_id(
    session: AsyncSession, actor: Actor, reading_id: UUID, *, locked: bool = False
) -> TensionReading:
    """One reading; raises `NotFound`, also for one that the actor may not see."""
    statement = visible_to(select(TensionReading).where(TensionReading.id == reading_id), actor)
    found = (await session.exec(statement.with_for_update() if locked else statement)).first()
    if found is None:
        raise NotFound("reading")
    return found


async def list_readings(
    session: AsyncSession, actor: Actor, *, area: str | None, week: date | None, after: UUID | None, limit: int
) -> Sequence[TensionReading]:
    """Readings in the order in which they were recorded, those that count no more too."""
    statement = visible_to(select(TensionReading), actor).order_by(col(TensionReading.id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(TensionReading.area), area))
    if week is not None:
        statement = statement.where(TensionReading.week == week)
    if after is not None:
        statement = statement.where(col(TensionReading.id) > after)
    return (await session.exec(statement)).all()


async def tension(session: AsyncSession, actor: Actor, area: str, first: date, last: date) -> TensionView:
    """An area's weeks from one Monday to another, missing ones included; raises `NotFound`."""
    if not rules.may_read(actor, area):
        raise NotFound("area")
    statement = select(TensionWeek).where(
        TensionWeek.area == area, col(TensionWeek.week) >= first, col(TensionWeek.week) <= last
    )
    found = {row.week: row for row in (await session.exec(statement)).all()}
    mondays = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    weeks = [_week(monday, found.get(monday)) for monday in mondays]
    return TensionView(area=area, trend=rules.trend([week.level for week in weeks]), weeks=weeks)


def _week(monday: date, row: TensionWeek | None) -> WeekView:
    missing = row is None or row.level is None
    return WeekView(
        week=rules.week_name(monday),
        level=row.level if row else None,
        status=ObsStatus.MISSING if missing else ObsStatus.NORMAL,
        readings=row.readings if row else 0,
        previous=row.previous if row else None,
        jumped=row.jumped if row else False,
    )


async def below(session: AsyncSession, actor: Actor, area: str, week: date) -> BelowView:
    """What the areas below one have in common in a week; raises `NotFound`.

    To those who read none of them it says nothing as long as few are assessed. Rules C18, K8.
    """
    if not rules.may_compare(actor, area):
        raise NotFound("area")
    statement = select(TensionWeek.level).where(
        lies_within(col(TensionWeek.area), area),
        TensionWeek.area != area,
        TensionWeek.week == week,
        col(TensionWeek.level).is_not(None),
    )
    levels = [level for level in (await session.exec(statement)).all() if level is not None]
    name = rules.week_name(week)
    if not rules.may_read(actor, area) and 0 < len(levels) < rules.FEWEST_BELOW:
        return BelowView(area=area, week=name, status=ObsStatus.SUPPRESSED, assessed=None, maximum=None, median=None)
    if not levels:
        return BelowView(area=area, week=name, status=ObsStatus.MISSING, assessed=0, maximum=None, median=None)
    return BelowView(
        area=area, week=name, status=ObsStatus.NORMAL, assessed=len(levels), maximum=max(levels), median=median(levels)
    )
