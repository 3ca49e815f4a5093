"""Recording, correcting and withdrawing readings; each makes its weeks anew in the same transaction. Rule C18."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import TensionJumped
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from beatbook.kit.web import ExpectedVersion
from services.cases.areas.queries import is_open
from services.cases.tasks.commands import close_about, give
from services.cases.tasks.rules import Outcome, TaskKind
from services.cases.tension import queries, rules
from services.cases.tension.schemas import ReadingIn, ReadingPatch
from services.cases.tension.tables import TensionReading, TensionWeek

LOOK_INTO = timedelta(days=2)
"""Until when supervisors look into a jump."""


async def record(session: AsyncSession, actor: Actor, now: datetime, request: ReadingIn) -> TensionReading:
    """Record a reading. Rule C18."""
    if not rules.may_record(actor, request.area):
        raise Forbidden("To record a reading you need an officer or supervisor grant for the area.")
    if not await is_open(session, request.area, now.date()):
        raise Refused(f"{request.area} is no open area of the register.", code="unknown_area", rule="C18")
    reading = _reading(actor, now, request.area, request)
    session.add(reading)
    await _assess(session, actor, now, request.area, {reading.week})
    return reading


async def correct(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    reading_id: UUID,
    expected: ExpectedVersion,
    request: ReadingPatch | None,
) -> TensionReading:
    """Put another reading in the place of one, or (with None) nothing; the first stays and counts no more. Rule C18."""
    reading = await queries.reading_by_id(session, actor, reading_id, locked=True)
    expected.check(reading.version)
    if reading.withdrawn_at is not None:
        raise Conflict("The reading counts no more: correct the one that took its place.", rule="C18")
    reading.withdrawn_at, reading.withdrawn_by = now, actor.subject
    reading.version += 1
    weeks, standing = {reading.week}, reading
    if request is not None:
        standing = _reading(actor, now, reading.area, request)
        reading.replaced_by = standing.id
        session.add(standing)
        weeks.add(standing.week)
    await _assess(session, actor, now, reading.area, weeks)
    return standing


def _reading(actor: Actor, now: datetime, area: str, request: ReadingPatch) -> TensionReading:
    if request.read_on > now.date():
        raise Refused("A reading is of a day that has come.", code="not-yet", rule="C18", unmet=["read_on"])
    return TensionReading(
        **request.model_dump(exclude={"area"}),
        area=area,
        week=rules.week_of(request.read_on),
        recorded_at=now,
        recorded_by=actor.subject,
    )


async def _assess(session: AsyncSession, actor: Actor, now: datetime, area: str, weeks: set[date]) -> None:
    """Make weeks anew from their readings, the earliest first, and those after them that are compared with them."""
    await session.flush()
    for monday in sorted(weeks):
        new = insert(TensionWeek).values(id=new_id(), area=area, week=monday, readings=0, jumped=False)
        await session.exec(new.on_conflict_do_nothing())
    touched = select(TensionWeek).where(
        TensionWeek.area == area,
        col(TensionWeek.week) >= min(weeks) - rules.LOOK_BACK,
        col(TensionWeek.week) <= max(weeks) + rules.LOOK_BACK,
    )
    # all locked in one order: whoever waited here sees what the one before made of them
    statement = touched.order_by(col(TensionWeek.week)).with_for_update().execution_options(populate_existing=True)
    rows = (await session.exec(statement)).all()
    for row in rows:
        if row.week in weeks:
            standing = await _standing(session, area, row.week)
            row.level, row.readings = rules.weekly_level(standing), len(standing)
    for row in rows:
        if row.week < min(weeks):
            continue
        before = [
            other.level
            for other in rows
            if other.level is not None and row.week - rules.LOOK_BACK <= other.week < row.week
        ]
        row.previous = before[-1] if before else None
        await _warn(session, actor, now, row)


async def _standing(session: AsyncSession, area: str, week: date) -> list[rules.Reading]:
    statement = select(TensionReading).where(
        TensionReading.area == area, TensionReading.week == week, col(TensionReading.withdrawn_at).is_(None)
    )
    return [rules.Reading(row.level, row.source, row.information) for row in (await session.exec(statement)).all()]


async def _warn(session: AsyncSession, actor: Actor, now: datetime, row: TensionWeek) -> None:
    """Note whether a week jumped; tell of it once, while it is news; take the task back when it did not."""
    was, row.jumped = row.jumped, rules.jumped(row.level, row.previous)
    if was and not row.jumped:
        await close_about(session, actor, now, TaskKind.LOOK_INTO_TENSION, row.id, Outcome.NOT_NEEDED)
    if not row.jumped or row.told_at is not None or row.week < now.date() - rules.LOOK_BACK:
        return
    assert row.level is not None
    assert row.previous is not None
    row.told_at = now
    event = TensionJumped(area=row.area, week=row.week, level=row.level, previous=row.previous)
    await emit(session, event, subject=row.id, area=row.area, actor=actor, at=now)
    await give(
        session, actor, now, area=row.area, kind=TaskKind.LOOK_INTO_TENSION, about="tension_week", about_id=row.id,
        due_at=now + LOOK_INTO, is_urgent=True,
    )  # fmt: skip
