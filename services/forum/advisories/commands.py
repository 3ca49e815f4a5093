"""Raising and clearing advisories: called by the features whose rules advise, in their own transaction."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import Row, SelectBase, exists, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import AdvisoryCleared, AdvisoryRaised
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.errors import Conflict, Forbidden
from beatbook.kit.events import Fact, emit, emit_many
from beatbook.kit.ids import new_id
from beatbook.kit.web import ExpectedVersion
from services.forum.advisories import queries
from services.forum.advisories.rules import BY_CLOCK, About, Caution, ClockCode, may_acknowledge
from services.forum.advisories.schemas import AdvisoryAcknowledge
from services.forum.advisories.tables import Advisory

CHANGES_A_TURN = 1000
"""How many advisories one transaction of the clock raises, and how many it clears."""

_TOLD = (
    col(Advisory.id), col(Advisory.forum_id), col(Advisory.area), col(Advisory.about), col(Advisory.about_id),
    col(Advisory.code), col(Advisory.rule),
)  # fmt: skip
_RAISE = insert(Advisory).on_conflict_do_nothing(
    index_elements=["about_id", "code"], index_where=text("cleared_at is null")
)


async def settle(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    forum_id: UUID,
    area: str,
    about: About,
    about_id: UUID,
    cautions: Sequence[Caution],
    codes: Collection[str] | None = None,
) -> None:
    """Have the open advisories about a thing be exactly these cautions: raise what is new, clear what has gone.

    With `codes`, only advisories of these codes are looked at; others about the same thing stay, and without, those
    that the clock raises. Run twice it does nothing the second time.
    """
    statement = select(Advisory).where(Advisory.about_id == about_id, col(Advisory.cleared_at).is_(None))
    there = {row.code: row for row in (await session.exec(statement.with_for_update())).all()}
    wanted = {caution.code: caution for caution in cautions}
    for code, row in there.items():
        if code not in wanted and (code in codes if codes is not None else code not in BY_CLOCK):
            row.cleared_at = now
            row.version += 1
            cleared = AdvisoryCleared(advisory_id=row.id, forum_id=forum_id, area=area, code=code)
            await emit(session, cleared, subject=row.id, area=area, actor=actor, at=now)
    for code, caution in wanted.items():
        if code in there:
            there[code].text = caution.text
            continue
        row = Advisory(
            forum_id=forum_id, area=area, about=about, about_id=about_id, raised_at=now, **vars(caution)
        )  # fmt: skip
        session.add(row)
        await emit(session, _raised(row), subject=row.id, area=area, actor=actor, at=now)


async def settle_causes(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    about: About,
    code: ClockCode,
    causes: SelectBase,
    caution: Callable[[Row[Any]], Caution],
    cleared_in: Sequence[UUID] | None = None,
) -> bool:
    """Have the open advisories of a code be exactly what `causes` gives, over all forums and by set.

    `causes` selects `forum_id`, `area`, `about_id` and what `caution` words the advisory from. At most `CHANGES_A_TURN`
    are cleared and as many raised: true when there may be more. Two at once, or one twice, raise and clear each once.
    With `cleared_in` those of these forums are cleared and none is raised: what a command does as soon as a cause has
    ended. Raising is the clock's, which does not interrupt who is just catching up with the records.
    """
    cause = causes.subquery()
    open_ = (col(Advisory.code) == code, col(Advisory.about) == about, col(Advisory.cleared_at).is_(None))
    gone = select(Advisory.id).where(*open_, ~exists().where(cause.c.about_id == col(Advisory.about_id)))
    new = sqlalchemy.select(cause).where(~exists().where(*open_, cause.c.about_id == col(Advisory.about_id)))
    if cleared_in is not None:
        gone = gone.where(col(Advisory.forum_id).in_(cleared_in))
    clear = (
        update(Advisory)
        .where(col(Advisory.id).in_(gone.limit(CHANGES_A_TURN)), col(Advisory.cleared_at).is_(None))
        .values(cleared_at=now, version=Advisory.version + 1)
        .returning(*_TOLD)
        .execution_options(synchronize_session=False)
    )
    cleared = (await session.exec(clear)).all()
    wanted: Sequence[Row[Any]] = []
    if cleared_in is None:
        wanted = (await (await session.connection()).execute(new.limit(CHANGES_A_TURN))).all()
    raised: Sequence[Row[Any]] = []
    if wanted:
        rows = [
            {"id": new_id(), "forum_id": row.forum_id, "area": row.area, "about": about, "about_id": row.about_id,
             "raised_at": now, "version": 1, **vars(caution(row))}
            for row in wanted
        ]  # fmt: skip
        raised = (await session.exec(_RAISE.values(rows).returning(*_TOLD))).all()
    facts = [
        Fact(AdvisoryCleared(advisory_id=row.id, forum_id=row.forum_id, area=row.area, code=code), row.id, row.area)
        for row in cleared
    ] + [Fact(_raised(row), row.id, row.area) for row in raised]
    await emit_many(await driver_connection(session), facts, actor=actor.subject, at=now, session=session)
    return max(len(cleared), len(wanted)) >= CHANGES_A_TURN


def _raised(row: Advisory | Row[Any]) -> AdvisoryRaised:
    return AdvisoryRaised(
        advisory_id=row.id,
        forum_id=row.forum_id,
        area=row.area,
        about=row.about,
        about_id=row.about_id,
        code=row.code,
        rule=row.rule,
    )


async def acknowledge(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    advisory_id: UUID,
    expected: ExpectedVersion,
    request: AdvisoryAcknowledge,
) -> Advisory:
    """Keep what those who manage the forum note on an advisory; it stays open until its cause has gone."""
    advisory = await queries.advisory_by_id(session, actor, advisory_id, locked=True)
    if not may_acknowledge(actor, advisory.area):
        raise Forbidden("To acknowledge an advisory you need a council or admin grant for the forum's area.")
    expected.check(advisory.version)
    if advisory.cleared_at is not None:
        raise Conflict("The advisory has cleared: its cause has gone.", rule=advisory.rule)
    advisory.note, advisory.acknowledged_by, advisory.acknowledged_at = request.note, actor.subject, now
    advisory.version += 1
    return advisory
