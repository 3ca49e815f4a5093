"""Referrals that end by themselves: unanswered, or because memorandum or consent ended. Rule C12."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import MemorandumEnded, ReferralExpired
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.events import Fact, emit_many
from services.cases.audit.commands import note
from services.cases.consents.queries import consents_of
from services.cases.files.queries import as_clock
from services.cases.files.rules import Kind
from services.cases.files.tables import CaseFile
from services.cases.partners.queries import memoranda_of
from services.cases.referrals import queries, rules
from services.cases.referrals.commands import step, told
from services.cases.referrals.rules import Side, State
from services.cases.referrals.tables import Referral

AT_A_TIME = 200
"""Bounds what one transaction of the clock holds."""


async def expire_due(session: AsyncSession, actor: Actor, now: datetime) -> bool:
    """End what was not answered in time, or stands on nothing any more; true when there may be more.

    What is being changed just now is looked at next time.
    """
    due = or_(
        and_(col(Referral.state) == State.REQUESTED, col(Referral.answer_by) <= now),
        col(Referral.stands_until) <= now,
    )
    return await _settle(session, actor, now, due, most=AT_A_TIME) == AT_A_TIME


async def on_memorandum_ended(session: AsyncSession, actor: Actor, now: datetime, facts: Sequence[Fact]) -> None:
    """End what stood on a memorandum that ended, in the same transaction, unless another covers it."""
    agencies = {fact.event.agency for fact in facts if isinstance(fact.event, MemorandumEnded)}
    await _settle(session, actor, now, col(Referral.agency).in_(agencies))


async def _settle(
    session: AsyncSession, actor: Actor, now: datetime, which: ColumnElement[bool], most: int | None = None
) -> int:
    """End those of the referrals that stand on nothing; note of the others until when they stand. How many were held.

    With `most`, that many of those that nobody else holds.
    """
    await as_clock(session)
    statement: Any = (
        select(Referral, CaseFile)
        .join(CaseFile, col(CaseFile.id) == col(Referral.id))
        .where(col(Referral.state).in_(rules.SENT), which)
        .order_by(col(Referral.id))
        .limit(most)
        .with_for_update(of=(CaseFile, Referral), skip_locked=most is not None)
        .execution_options(populate_existing=True)
    )
    held: Sequence[tuple[Referral, CaseFile]] = (await session.exec(statement)).all()
    memoranda = await memoranda_of(session, sorted({referral.agency for referral, _ in held}), now)
    consents = await consents_of(session, [referral.id for referral, _ in held])
    facts = []
    for referral, file in held:
        stands = queries.footing_of(referral, memoranda, consents, now)
        ending = rules.ending_of(referral.state, referral.answer_by, stands, now)
        if ending is None:
            referral.stands_until = stands.until
            if referral.state in rules.SHARING:
                file.shared_until = stands.until
            continue
        referral.ending = ending
        step(session, actor, now, file, referral, Side.CLOCK, State.EXPIRED)
        await note(session, actor, now, "expire", case_id=referral.id, kind=Kind.REFERRAL, detail={"ending": ending})
        expired = ReferralExpired(**told(referral), reason=ending.value, expired_at=now)
        facts.append(Fact(expired, referral.id, referral.area))
    await session.flush()
    await emit_many(await driver_connection(session), facts, actor=actor.subject, at=now, session=session)
    return len(held)
