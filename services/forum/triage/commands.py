"""Triage of concerns: answered, referred, opened as a case, passed one tier up, or out of remit."""

from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import (
    ConcernAnswered,
    ConcernEscalated,
    ConcernOverdue,
    ConcernTriaged,
)
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import Fact, emit, emit_many
from beatbook.kit.timers import WorkerContext
from beatbook.kit.web import ExpectedVersion
from services.forum.advisories.commands import settle
from services.forum.advisories.rules import About
from services.forum.agenda.commands import queue
from services.forum.agenda.rules import EntryKind
from services.forum.base import CLOCK
from services.forum.concerns.commands import add_step
from services.forum.concerns.queries import managed_concern
from services.forum.concerns.rules import (
    ENDED,
    WAITING,
    ConcernState,
    agenda_words,
    answer_source,
    triage_due,
)
from services.forum.concerns.tables import Concern
from services.forum.forums.queries import forum_by_id
from services.forum.triage import queries, rules
from services.forum.triage.schemas import Escalation, Triage

CONCERNS_A_TURN = 500
"""Bounds what one transaction of the clock locks."""

_NOTICE = """
    update concerns set overdue_at = $1
    where id in (
        select id from concerns
        where overdue_at is null and state in ('raised', 'escalated') and triage_by < $1
        order by triage_by limit $2 for update skip locked
    )
    returning id as concern_id, forum_id, area, category, triage_by
"""


async def notice_overdue(context: WorkerContext) -> None:
    """Note each concern that waits past the agreed days, once; remind the forums that owe the triage. Rule F14."""
    now, noticed = context.clock(), CONCERNS_A_TURN
    while noticed == CONCERNS_A_TURN:
        async with context.database.sessions.begin() as session:
            connection = await driver_connection(session)
            rows = await connection.fetch(_NOTICE, now, CONCERNS_A_TURN)
            facts = [Fact(ConcernOverdue(**row), row["concern_id"], row["area"]) for row in rows]
            await emit_many(connection, facts, actor=CLOCK.subject, at=now, session=session)
            for forum_id in sorted({row["forum_id"] for row in rows}):
                await _remind(session, CLOCK, now, forum_id)
            noticed = len(rows)


async def _remind(session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID) -> None:
    """Have the forum's advisory say how many concerns are overdue now, or be gone. Rule F14."""
    forum = await forum_by_id(session, forum_id, locked=True)
    overdue = await queries.count_overdue(session, forum_id)
    await settle(
        session,
        actor,
        now,
        forum_id=forum_id,
        area=forum.area,
        about=About.FORUM,
        about_id=forum_id,
        cautions=rules.overdue_cautions(overdue, forum.triage_days),
        codes={rules.OVERDUE},
    )


async def triage(
    session: AsyncSession, actor: Actor, now: datetime, concern_id: UUID, expected: ExpectedVersion, request: Triage
) -> Concern:
    """Say what the forum does about a concern; an end returns to the forums it came through. Rules F14, F15."""
    concern = await managed_concern(session, actor, concern_id)
    expected.check(concern.version)
    outcome = ConcernState(request.outcome)
    _may_move(concern, outcome)
    unmet = rules.triage_obstacles(outcome, request.words, request.organisation, request.alternative)
    if unmet:
        raise Refused("The concern can't be triaged yet.", code="not-triageable", rule="F14", unmet=unmet)
    await apply_triage(session, actor, now, concern, request)
    return concern


async def apply_triage(session: AsyncSession, actor: Actor, now: datetime, concern: Concern, request: Triage) -> None:
    """Triage a locked concern for which all was checked."""
    outcome = ConcernState(request.outcome)
    await _triaged(session, actor, now, concern, outcome)
    concern.state = outcome
    await add_step(session, concern, now, **request.model_dump(exclude={"outcome"}))
    if outcome in ENDED:
        concern.ended_at = now
        ended = ConcernAnswered(
            concern_id=concern.id,
            forum_id=concern.forum_id,
            area=concern.area,
            category=concern.category,
            outcome=cast(Literal["answered", "out_of_remit"], outcome.value),
            raised_at=concern.raised_at,
            answered_at=now,
            on_time=bool(concern.on_time),
        )
        await emit(session, ended, subject=concern.id, area=concern.area, actor=actor, at=now)
        for below in await queries.forums_that_had(session, concern.id):
            await _queue(session, now, below, concern, "The answer to a concern that was passed on", back=True)
    concern.version += 1
    if concern.overdue_at is not None:
        await _remind(session, actor, now, concern.forum_id)


async def escalate(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    concern_id: UUID,
    expected: ExpectedVersion,
    request: Escalation,
) -> Concern:
    """Move a concern one tier up, onto the agenda of the forum there, which owes a triage from now on. Rule F15."""
    concern = await managed_concern(session, actor, concern_id)
    expected.check(concern.version)
    _may_move(concern, ConcernState.ESCALATED)
    above = await queries.forums_above(session, concern.with_area)
    found = rules.receiver(above, request.to_forum_id)
    if obstacle := rules.escalation_obstacle(concern.with_area, found, request.to_forum_id):
        raise Refused("The concern can't go up.", code="not-escalatable", rule="F15", unmet=[obstacle])
    assert found is not None
    receiver = await forum_by_id(session, found)
    await _triaged(session, actor, now, concern, ConcernState.ESCALATED)
    concern.state = ConcernState.ESCALATED
    await add_step(session, concern, now, words=request.words, to_forum_id=receiver.id)
    before, concern.forum_id, concern.with_area = concern.forum_id, receiver.id, receiver.area
    concern.triage_by = triage_due(now, receiver.triage_days)
    was_overdue, concern.overdue_at = concern.overdue_at is not None, None
    concern.version += 1
    escalated = ConcernEscalated(
        concern_id=concern.id,
        area=concern.area,
        forum_id=before,
        to_forum_id=receiver.id,
        to_area=receiver.area,
        triage_by=concern.triage_by,
    )
    await emit(session, escalated, subject=concern.id, area=concern.area, actor=actor, at=now)
    await _queue(session, now, receiver.id, concern, "A concern from the forum below")
    if was_overdue:
        await _remind(session, actor, now, before)
    return concern


async def _triaged(session: AsyncSession, actor: Actor, now: datetime, concern: Concern, outcome: ConcernState) -> None:
    """Stop the forum's triage clock, once: a later answer to a referral or case is no triage."""
    if concern.state not in WAITING:
        return
    on_time = now <= concern.triage_by
    concern.triaged_at = concern.triaged_at or now
    concern.on_time = on_time if concern.on_time is None else concern.on_time and on_time
    event = ConcernTriaged(
        concern_id=concern.id,
        forum_id=concern.forum_id,
        area=concern.area,
        category=concern.category,
        outcome=outcome.value,
        raised_at=concern.raised_at,
        triage_by=concern.triage_by,
        triaged_at=now,
        on_time=on_time,
    )
    await emit(session, event, subject=concern.id, area=concern.area, actor=actor, at=now)


def _may_move(concern: Concern, wanted: ConcernState) -> None:
    if obstacle := rules.move_obstacle(concern.state, wanted):
        raise Conflict(obstacle, rule="F14")


async def _queue(
    session: AsyncSession, now: datetime, forum_id: UUID, concern: Concern, what: str, *, back: bool = False
) -> None:
    """Put a concern onto a forum's next agenda, in the forum's own words or in none.

    An agenda takes each source once: of a forum that passed it on from below, the answer is a source of its own.
    """
    had_it_before = back and forum_id != concern.origin_forum_id
    await queue(
        session,
        now,
        forum_id=forum_id,
        kind=EntryKind.CONCERN,
        source_id=answer_source(concern.id) if had_it_before else concern.id,
        title=agenda_words(what, concern.category, concern.area, concern.summary, published=concern.published),
        public=concern.published,
    )
