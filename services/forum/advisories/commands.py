"""Raising and clearing advisories: called by the features whose rules advise, in their own transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import AdvisoryCleared, AdvisoryRaised
from beatbook.kit.db import AsyncSession
from beatbook.kit.events import emit
from services.forum.advisories.rules import About, Caution
from services.forum.advisories.tables import Advisory


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

    With `codes`, only advisories of these codes are looked at; others about the same thing stay. Run twice it does
    nothing the second time.
    """
    statement = select(Advisory).where(Advisory.about_id == about_id, col(Advisory.cleared_at).is_(None))
    there = {row.code: row for row in (await session.exec(statement.with_for_update())).all()}
    wanted = {caution.code: caution for caution in cautions}
    for code, row in there.items():
        if code not in wanted and (codes is None or code in codes):
            row.cleared_at = now
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
        raised = AdvisoryRaised(
            advisory_id=row.id,
            forum_id=forum_id,
            area=area,
            about=about,
            about_id=about_id,
            code=code,
            rule=caution.rule,
        )
        await emit(session, raised, subject=row.id, area=area, actor=actor, at=now)
