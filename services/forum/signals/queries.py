"""Reads of warning signals, for those inside; counts also for the core group."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import tuple_
from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import lineage
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.forum.areas.queries import area_by_code
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import INSIDERS, may_see_inside
from services.forum.signals.histories import histories
from services.forum.signals.questions import QUESTIONS, TITLES
from services.forum.signals.rules import (
    COUNTERS,
    Changes,
    SignalCode,
    Standing,
    changes,
    signals,
)
from services.forum.signals.schemas import SignalCount, SignalFilter, SignalView
from services.forum.signals.tables import RankScale, WarningSignal

_STANDING = "select id, forum_id, code, evidence::text from signals where forum_id = any($1) and cleared_at is null"


def visible_to(statement: SelectOfScalar[WarningSignal], actor: Actor) -> SelectOfScalar[WarningSignal]:
    """The one scoping door: signals of areas where the actor is inside, and nothing for everyone else."""
    return statement.where(lies_within(col(WarningSignal.area), *actor.areas_as(INSIDERS)))


def view(signal: WarningSignal) -> SignalView:
    """A signal's answer, with the questions to explore."""
    return SignalView(**signal.model_dump(), title=TITLES[signal.code], questions=list(QUESTIONS[signal.code]))


async def signal_by_id(session: AsyncSession, actor: Actor, signal_id: UUID, *, locked: bool = False) -> WarningSignal:
    """One signal of a forum the actor is inside of; raises `NotFound`."""
    signal = await session.get(WarningSignal, signal_id, with_for_update=locked or None)
    if signal is None or not may_see_inside(actor, signal.area):
        raise NotFound("warning signal")
    return signal


async def list_forum_signals(
    session: AsyncSession, actor: Actor, forum_id: UUID, *, state: SignalFilter | None, after: UUID | None, limit: int
) -> Sequence[WarningSignal]:
    """A forum's signals, newest first; raises `NotFound` for who is not inside."""
    forum = await forum_by_id(session, forum_id)
    if not may_see_inside(actor, forum.area):
        raise NotFound("forum's warning signals")
    statement = select(WarningSignal).where(WarningSignal.forum_id == forum_id)
    return await _listed(session, statement, state, after, limit)


async def list_signals(
    session: AsyncSession,
    actor: Actor,
    *,
    within: str | None,
    areas: Sequence[str] | None,
    state: SignalFilter | None,
    after: UUID | None,
    limit: int,
) -> Sequence[WarningSignal]:
    """Signals of forums the actor is inside of, newest first."""
    statement = visible_to(select(WarningSignal), actor)
    if within is not None:
        statement = statement.where(lies_within(col(WarningSignal.area), within))
    if areas is not None:
        statement = statement.where(col(WarningSignal.area).in_(areas))
    return await _listed(session, statement, state, after, limit)


async def _listed(
    session: AsyncSession,
    statement: SelectOfScalar[WarningSignal],
    state: SignalFilter | None,
    after: UUID | None,
    limit: int,
) -> Sequence[WarningSignal]:
    if state is SignalFilter.STANDING:
        statement = statement.where(col(WarningSignal.cleared_at).is_(None))
    elif state is SignalFilter.CLEARED:
        statement = statement.where(col(WarningSignal.cleared_at).is_not(None))
    if after is not None:
        statement = statement.where(col(WarningSignal.id) < after)
    return (await session.exec(statement.order_by(col(WarningSignal.id).desc()).limit(limit))).all()


async def count_signals(
    session: AsyncSession, actor: Actor, *, within: str, after: str | None, limit: int
) -> Sequence[SignalCount]:
    """How many signals stand, by area and code, where the actor may count them; areas without any are left out."""
    statement = (
        select(WarningSignal.area, WarningSignal.code, func.count())
        .where(
            lies_within(col(WarningSignal.area), *actor.areas_as(COUNTERS)),
            col(WarningSignal.cleared_at).is_(None),
            lies_within(col(WarningSignal.area), within),
        )
        .group_by(col(WarningSignal.area), col(WarningSignal.code))
        .order_by(col(WarningSignal.area), col(WarningSignal.code))
        .limit(limit)
    )
    if after is not None:
        area, _, code = after.partition(" ")
        statement = statement.where(tuple_(col(WarningSignal.area), col(WarningSignal.code)) > tuple_(area, code))
    rows = (await session.exec(statement)).all()
    return [SignalCount(area=area, code=code, signals=count) for area, code, count in rows]


async def rank_scale(session: AsyncSession, area: str) -> RankScale:
    """The order of police ranks in an area's country; an empty one at version 0 when nobody gave any."""
    country = lineage((await area_by_code(session, area)).code)[0]
    return await session.get(RankScale, country) or RankScale(country=country, ranks=[], version=0)


async def differences(connection: asyncpg.Connection, forum_ids: Sequence[UUID], now: datetime) -> Changes:
    """What differs between the signals these forums' histories show and those that stand."""
    found = {
        forum_id: signals(history) for forum_id, history in (await histories(connection, forum_ids, now.date())).items()
    }
    standing: dict[UUID, dict[SignalCode, Standing]] = defaultdict(dict)
    for signal_id, forum_id, code, evidence in await connection.fetch(_STANDING, forum_ids):
        standing[forum_id][SignalCode(code)] = Standing(forum_id, signal_id, orjson.loads(evidence))
    return changes(found, standing)
