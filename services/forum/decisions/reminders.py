"""What the clock reminds of about decisions: past their due date and still open. Rule F13."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlmodel
from sqlalchemy import Row, SelectBase, exists, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import DecisionOverdue
from beatbook.kit.db import UTC_TIME, AsyncSession, driver_connection
from beatbook.kit.events import Fact, emit_many
from services.forum.advisories.commands import CHANGES_A_TURN, settle_causes
from services.forum.advisories.rules import About, Caution, ClockCode
from services.forum.decisions.rules import DecisionState, overdue_caution
from services.forum.decisions.tables import Decision, OverdueNotice


async def remind_of_decisions(
    session: AsyncSession, actor: Actor, now: datetime, cleared_in: Sequence[UUID] | None = None
) -> bool:
    """Tell of decisions past their due date, once for each due date, and have an advisory stand until they end.

    True when there is more.
    """
    overdue = (col(Decision.state) == DecisionState.OPEN, col(Decision.due_on) < now.date())
    more = cleared_in is None and await _tell(session, actor, now, overdue)
    causes: SelectBase = select(
        col(Decision.forum_id), col(Decision.area), col(Decision.id).label("about_id"), col(Decision.due_on)
    ).where(*overdue)

    def caution(row: Row[Any]) -> Caution:
        return overdue_caution(row.due_on)

    settled_all = not await settle_causes(
        session, actor, now, about=About.DECISION, code=ClockCode.DECISION, causes=causes, caution=caution,
        cleared_in=cleared_in,
    )  # fmt: skip
    return more or not settled_all


async def _tell(session: AsyncSession, actor: Actor, now: datetime, overdue: Sequence[Any]) -> bool:
    noticed = exists().where(
        col(OverdueNotice.decision_id) == col(Decision.id), col(OverdueNotice.due_on) == col(Decision.due_on)
    )
    # locked, so that none ends before it is told of; one that is being changed just now is looked at next time
    untold = (
        select(col(Decision.id), col(Decision.due_on), literal(now, UTC_TIME))
        .where(*overdue, ~noticed)
        .limit(CHANGES_A_TURN)
        .with_for_update(of=Decision, key_share=True, skip_locked=True)
    )
    notices = (
        insert(OverdueNotice)
        .from_select(["decision_id", "due_on", "noticed_at"], untold)
        .on_conflict_do_nothing()
        .returning(col(OverdueNotice.decision_id))
    )
    told = [row.decision_id for row in (await session.exec(notices)).all()]
    decisions = (
        await session.exec(sqlmodel.select(Decision).where(col(Decision.id).in_(told)).order_by(col(Decision.id)))
    ).all()
    facts = []
    for decision in decisions:
        assert decision.due_on is not None
        event = DecisionOverdue(
            decision_id=decision.id,
            forum_id=decision.forum_id,
            area=decision.area,
            kind=decision.kind,
            owner=decision.owner_sector,
            due_on=decision.due_on,
        )
        facts.append(Fact(event, decision.id, decision.area))
    await emit_many(await driver_connection(session), facts, actor=actor.subject, at=now, session=session)
    return len(told) >= CHANGES_A_TURN
