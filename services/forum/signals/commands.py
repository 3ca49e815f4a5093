"""Raising, clearing and acknowledging warning signals. Rule F17."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import Tier
from beatbook.contracts.forum import SignalCleared, SignalRaised
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.ids import new_id
from beatbook.kit.timers import WorkerContext
from beatbook.kit.web import ExpectedVersion
from services.forum.agenda.commands import queue_all, withdraw_all
from services.forum.agenda.rules import EntryKind
from services.forum.areas.queries import area_by_code
from services.forum.base import CLOCK
from services.forum.forums.queries import forum_ids_after
from services.forum.signals import queries, rules
from services.forum.signals.questions import agenda_title
from services.forum.signals.schemas import RankScaleIn, SignalAcknowledge
from services.forum.signals.tables import RankScale, WarningSignal

FORUMS_A_TURN = 5000
FORUMS_A_CHANGE = 500
"""Bounds how many forums a transaction of the nightly turn locks."""

_LOCK = "select id from forums where id = any($1) order by id for no key update"
_RAISE = """
    insert into signals (id, forum_id, area, code, evidence, evidence_as_of, raised_at, version)
    select new.id, new.forum_id, forums.area, new.code, new.evidence::jsonb, $5, $5, 1
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as new (id, forum_id, code, evidence)
    join forums on forums.id = new.forum_id
    on conflict (forum_id, code) where cleared_at is null do nothing
    returning id, forum_id, area, code
"""
_CLEAR = """
    update signals set cleared_at = $2, version = version + 1 where id = any($1) and cleared_at is null
    returning id, forum_id, area, code
"""
_MEND = """
    update signals set evidence = new.evidence::jsonb, evidence_as_of = $3, version = version + 1
    from unnest($1::uuid[], $2::text[]) as new (id, evidence) where signals.id = new.id
"""


async def assess(session: AsyncSession, actor: Actor, now: datetime, forum_ids: Sequence[UUID]) -> None:
    """Have these forums' signals be what their histories show now: raise, clear, bring evidence up to date.

    The forums are locked, so that of two who assess at once the later one sees what the earlier one left. Run twice it
    does nothing the second time.
    """
    connection = await driver_connection(session)
    await connection.execute(_LOCK, forum_ids)
    raised, mended, cleared = await queries.differences(connection, forum_ids, now)
    if cleared:
        rows = await connection.fetch(_CLEAR, [standing.signal_id for standing in cleared], now)
        await withdraw_all(session, kind=EntryKind.WARNING, source_ids=[row["id"] for row in rows])
        facts = [Fact(SignalCleared(**_codes(row)), row["id"], row["area"]) for row in rows]
        await emit_many(connection, facts, actor=actor.subject, at=now, session=session)
    if mended:
        await connection.execute(
            _MEND, [standing.signal_id for standing, _ in mended], _json(new for _, new in mended), now
        )
    if raised:
        rows = await connection.fetch(
            _RAISE,
            [new_id() for _ in raised],
            [forum_id for forum_id, _ in raised],
            [signal.code.value for _, signal in raised],
            _json(signal.evidence for _, signal in raised),
            now,
        )
        entries = [(row["forum_id"], row["id"], agenda_title(rules.SignalCode(row["code"]))) for row in rows]
        await queue_all(session, now, kind=EntryKind.WARNING, entries=entries, public=False)
        facts = [Fact(SignalRaised(**_codes(row)), row["id"], row["area"]) for row in rows]
        await emit_many(connection, facts, actor=actor.subject, at=now, session=session)


def _json(values: Iterable[dict[str, Any]]) -> list[str]:
    return [orjson.dumps(value).decode() for value in values]


def _codes(row: asyncpg.Record) -> dict[str, Any]:
    return {"signal_id": row["id"], "forum_id": row["forum_id"], "area": row["area"], "code": row["code"]}


async def assess_all(context: WorkerContext) -> None:
    """Assess every forum. Reading locks nothing; only forums in which something differs are locked and read again."""
    now, after = context.clock(), None
    while True:
        async with context.database.sessions.begin() as session:
            forum_ids = await forum_ids_after(session, after, FORUMS_A_TURN)
            found = (await queries.differences(await driver_connection(session), forum_ids, now)).forums()
        for start in range(0, len(found), FORUMS_A_CHANGE):
            async with context.database.sessions.begin() as session:
                await assess(session, CLOCK, now, found[start : start + FORUMS_A_CHANGE])
        if len(forum_ids) < FORUMS_A_TURN:
            return
        after = forum_ids[-1]


async def acknowledge(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    signal_id: UUID,
    expected: ExpectedVersion,
    request: SignalAcknowledge,
) -> WarningSignal:
    """Keep what people found behind a signal; it stands until its cause has gone. Rule F17."""
    signal = await queries.signal_by_id(session, actor, signal_id, locked=True)
    if not rules.may_find(actor, signal.area):
        raise Forbidden("To say what was found you need a council, supervisor or admin grant for the forum's area.")
    expected.check(signal.version)
    if signal.cleared_at is not None:
        raise Conflict("The signal has cleared by itself; there is nothing left to acknowledge.", rule="F17")
    signal.finding, signal.acknowledged_by, signal.acknowledged_at = request.finding, actor.subject, now
    signal.version += 1
    return signal


async def order_ranks(
    session: AsyncSession, actor: Actor, area: str, expected: ExpectedVersion, request: RankScaleIn
) -> RankScale:
    """Order a country's police ranks; the next assessment reads every meeting by it. Rules F10, F17."""
    country = await area_by_code(session, area, locked=True)
    if not rules.may_order_ranks(actor, country.code):
        raise Forbidden("To order a country's police ranks you need an admin grant for the country.")
    if country.tier is not Tier.NATIONAL:
        raise Refused("Police ranks are ordered for a whole country; name its national area.", rule="F10")
    scale = await queries.rank_scale(session, country.code)
    expected.check(scale.version)
    scale.ranks, scale.version = request.ranks, scale.version + 1
    session.add(scale)
    await session.flush()
    return scale
