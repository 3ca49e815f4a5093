"""Reminding forums of the minority groups that live there and have no member. Rule F5."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.timers import WorkerContext
from services.forum.advisories.commands import settle
from services.forum.advisories.rules import About
from services.forum.advisories.tables import Advisory
from services.forum.base import CLOCK
from services.forum.forums.queries import forum_ids_after
from services.forum.representation import queries, rules

FORUMS_A_TURN = 500
"""Bounds how many forums a transaction holds."""


async def review(session: AsyncSession, actor: Actor, now: datetime, forum_ids: Sequence[UUID]) -> None:
    """Have these forums' advisories say which groups of their areas no member belongs to today. Rule F5.

    Run twice it does nothing the second time.
    """
    standing = await _standing(session, forum_ids)
    for forum_id, area, absent, undeclared in await queries.absences(session, forum_ids, now.date()):
        cautions = rules.absence_cautions(absent, undeclared)
        there = standing.get(forum_id, {})
        if there == {caution.code: caution.text for caution in cautions}:
            continue
        await settle(
            session,
            actor,
            now,
            forum_id=forum_id,
            area=area,
            about=About.FORUM,
            about_id=forum_id,
            cautions=cautions,
            codes=there.keys(),
        )


async def review_all(context: WorkerContext) -> None:
    """Review every forum, some at a time. Rule F5."""
    after: UUID | None = None
    while True:
        async with context.database.sessions.begin() as session:
            forum_ids = await forum_ids_after(session, after, FORUMS_A_TURN)
            if not forum_ids:
                return
            await review(session, CLOCK, context.clock(), forum_ids)
        after = forum_ids[-1]


async def _standing(session: AsyncSession, forum_ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """The texts of the advisories about absent groups that are open now, by forum and code."""
    statement = select(Advisory).where(
        col(Advisory.about_id).in_(forum_ids),
        col(Advisory.cleared_at).is_(None),
        col(Advisory.code).startswith(rules.ABSENT, autoescape=True),
    )
    found: dict[UUID, dict[str, str]] = {}
    for row in (await session.exec(statement)).all():
        found.setdefault(row.about_id, {})[row.code] = row.text
    return found
