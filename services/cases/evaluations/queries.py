"""Counting incidents before and after. Rule C7."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Refused
from beatbook.kit.scoping import lies_within
from services.cases.areas.queries import known_areas
from services.cases.evaluations.rules import ROLES, Counting, Counts, Days, Pair, counting_flaws
from services.cases.incidents.rules import may_read_incidents
from services.cases.incidents.tables import Incident


async def count(session: AsyncSession, actor: Actor, now: datetime, counting: Counting) -> Counts:
    """The incidents that began in each span, by the day in UTC; raises `Refused` with all that is amiss. Rule C7."""
    asked = [(role, number, area) for role in ROLES for number, area in enumerate(getattr(counting, role))]
    # of an area that nobody knows there would be no incidents, and a verdict made of that
    known = await known_areas(session, [area for *_, area in asked])
    unmet = counting_flaws(counting, now.date()) + [
        f"{role}.{number}: no area whose incidents you may read"
        for role, number, area in asked
        if area not in known or not may_read_incidents(actor, area)
    ]
    if unmet:
        raise Refused("These counts could not be compared.", code="counting-flawed", rule="C7", unmet=unmet)
    return Counts(
        treated=await _pair(session, counting, counting.treated),
        comparison=await _pair(session, counting, counting.comparison),
        ring=await _pair(session, counting, counting.ring) if counting.ring else None,
        ring_comparison=await _pair(session, counting, counting.ring_comparison) if counting.ring_comparison else None,
        after_exposure=counting.after.length / counting.before.length,
    )


async def _pair(session: AsyncSession, counting: Counting, areas: Sequence[str]) -> Pair:
    statement = select(
        func.count().filter(_during(counting.before)), func.count().filter(_during(counting.after))
    ).where(lies_within(col(Incident.area), *areas))
    if counting.category is not None:
        statement = statement.where(col(Incident.category).startswith(counting.category))
    before, after = (await session.exec(statement)).one()
    return Pair(before=before, after=after)


def _during(days: Days) -> ColumnElement[bool]:
    began = col(Incident.occurred_from)
    return and_(began >= _midnight(days.first_day), began < _midnight(days.last_day + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
