"""Legal holds, and expungement: by hand, by the clock, and once more after a copy of the database. Rule C16."""

from datetime import datetime

from sqlalchemy import Uuid, all_, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, delete, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import CaseExpunged
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.errors import Conflict
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from beatbook.kit.web import ExpectedVersion
from services.cases.audit.commands import note
from services.cases.files.queries import Entered, as_clock
from services.cases.files.tables import CaseFile, CaseKey
from services.cases.people.commands import forget_names
from services.cases.retention.ledger import Ledger
from services.cases.retention.queries import holds
from services.cases.retention.rules import OF_OPEN_CASES, HoldCode, Reason, Schedule
from services.cases.retention.tables import CaseHold

BATCH = 50

# `rules.last_day`, for all cases that are closed
_SETTLE = """
    with period as (select * from unnest($1::text[], $2::text[], $3::int[]) as one (kind, outcome, months)),
    wanted as (
        select id, (
            select ((closed_at at time zone 'UTC')::date + make_interval(months => coalesce(kept_months, months)))::date
            from period
            where period.kind = case_files.kind and (period.outcome = case_files.outcome or period.outcome is null)
            order by period.outcome is null limit 1
        ) as last_day
        from case_files where expunged_at is null and (closed_at is not null or keep_until is not null)
    )
    update case_files set keep_until = last_day from wanted
    where case_files.id = wanted.id and keep_until is distinct from last_day
"""


async def hold(
    session: AsyncSession, actor: Actor, now: datetime, entered: Entered, expected: ExpectedVersion, code: HoldCode
) -> None:  # fmt: skip
    """Place a legal hold on a case entered to lead and locked; raises `Conflict` when there is one."""
    file = entered.file
    expected.check(file.retention_version)
    if file.hold is not None:
        raise Conflict("There is a hold on this case: release it first.", code="held", rule="C16")
    file.hold = code
    file.retention_version += 1
    session.add(CaseHold(id=new_id(), case_id=file.id, code=code, placed_at=now, placed_by=actor.subject))
    await note(session, actor, now, "hold", case_id=file.id, kind=file.kind, detail={"code": code})


async def release(
    session: AsyncSession, actor: Actor, now: datetime, entered: Entered, expected: ExpectedVersion
) -> None:  # fmt: skip
    """Release a case's hold; raises `Conflict` when there is none."""
    file = entered.file
    expected.check(file.retention_version)
    if file.hold is None:
        raise Conflict("There is no hold on this case.", code="not-held", rule="C16")
    placed = (await holds(session, file))[-1]
    placed.released_at, placed.released_by = now, actor.subject
    file.hold = None
    file.retention_version += 1
    await note(session, actor, now, "release", case_id=file.id, kind=file.kind, detail={"code": placed.code})


async def expunge_by_hand(
    session: AsyncSession, actor: Actor, now: datetime, entered: Entered, expected: ExpectedVersion, reason: Reason
) -> None:  # fmt: skip
    """Expunge a case entered to lead and locked; raises `Conflict` while a hold stops it or it is open."""
    expected.check(entered.file.retention_version)
    if entered.file.hold is not None:
        raise Conflict(
            "A legal hold stops this: it can be expunged when the hold is released.",
            code="held",
            rule="C16",
            unmet=[f"hold: {entered.file.hold}"],
        )
    if entered.file.closed_at is None and reason not in OF_OPEN_CASES:
        raise Conflict(
            "Work on this case goes on: close it first, so that nobody's promise ends unseen.",
            code="open",
            rule="C16",
            unmet=["closed_at: the case is open"],
        )
    await _expunge(session, actor, now, entered.file, reason)


async def settle(session: AsyncSession, schedule: Schedule) -> None:
    """Bring `keep_until` of all cases in line with the periods in force."""
    await as_clock(session)
    rules = schedule.rules
    columns = [rule.kind.value for rule in rules], [rule.outcome for rule in rules], [rule.months for rule in rules]
    await (await driver_connection(session)).execute(_SETTLE, *columns)


async def expunge_due(session: AsyncSession, actor: Actor, now: datetime) -> bool:
    """Expunge cases whose last day is over and that nothing holds; whether there may be more."""
    await as_clock(session)
    due = (
        select(CaseFile)
        .where(
            col(CaseFile.expunged_at).is_(None),
            col(CaseFile.closed_at).is_not(None),
            col(CaseFile.keep_until) < now.date(),
            col(CaseFile.hold).is_(None),
        )
        .order_by(col(CaseFile.id))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    found = (await session.exec(due)).all()
    for file in found:
        await _expunge(session, actor, now, file, Reason.PERIOD_ENDED)
    return len(found) == BATCH


async def expunge_again(session: AsyncSession, actor: Actor, now: datetime, ledger: Ledger) -> bool:
    """Expunge cases that the ledger has and a copy of the database brought back; whether there may be more.

    A hold does not stop it: the case was expunged when there was none.
    """
    await as_clock(session)
    back = (
        select(CaseFile)
        .where(col(CaseFile.expunged_at).is_(None), col(CaseFile.id) == any_(literal(list(ledger), ARRAY(Uuid))))
        .order_by(col(CaseFile.id))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    found = (await session.exec(back)).all()
    for file in found:
        await _expunge(session, actor, now, file, Reason.RESTORED)
    return len(found) == BATCH


async def destroy_keys_again(session: AsyncSession) -> None:
    """Destroy what there is of keys of expunged cases: one that was put back opens nothing, and is not left there."""
    await as_clock(session)
    expunged = select(CaseFile.id).where(col(CaseFile.expunged_at).is_not(None))
    await session.exec(delete(CaseKey).where(col(CaseKey.case_id).in_(expunged)))


async def enter_in_ledger(session: AsyncSession, ledger: Ledger) -> None:
    """Add to the ledger what was expunged and is not in it yet. Raises `OSError`."""
    await as_clock(session)
    if not ledger.is_kept:
        return
    statement = (
        select(CaseFile.id, CaseFile.kind, CaseFile.expunged_at)
        .where(col(CaseFile.expunged_at).is_not(None), col(CaseFile.id) != all_(literal(list(ledger), ARRAY(Uuid))))
        .order_by(col(CaseFile.expunged_at))
    )
    rows = (await session.exec(statement)).all()
    ledger.append([(id, kind, at.date()) for id, kind, at in rows if at is not None])


async def _expunge(session: AsyncSession, actor: Actor, now: datetime, file: CaseFile, reason: Reason) -> None:
    """Destroy a case's key, so that nothing sealed in it opens again, and what names were found by."""
    await session.exec(delete(CaseKey).where(col(CaseKey.case_id) == file.id))
    await forget_names(session, file.id)
    file.expunged_at = now
    file.retention_version += 1
    await note(session, actor, now, "expunge", case_id=file.id, kind=file.kind, detail={"reason": reason})
    event = CaseExpunged(case_id=file.id, kind=file.kind, area=file.area, reason=reason)
    await emit(session, event, subject=file.id, area=file.area, actor=actor, at=now)
