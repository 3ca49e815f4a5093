"""What the clock reminds of about critical incidents: a community impact that was to be looked at again. Rule C17."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import CriticalReviewOverdue
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.events import Fact, emit_many
from services.cases.critical.rules import State
from services.cases.critical.tables import CriticalIncident
from services.cases.files.queries import as_clock, is_kept
from services.cases.tasks.commands import give
from services.cases.tasks.rules import TaskKind

A_TURN = 100
ANSWER_WITHIN = timedelta(hours=24)


async def remind_of_reviews(session: AsyncSession, actor: Actor, now: datetime) -> bool:
    """Tell once of each assessment whose review is overdue, and give the area's supervisors a task; True: more."""
    await as_clock(session)
    due = (
        select(col(CriticalIncident.id))
        .where(
            CriticalIncident.state == State.DECLARED,
            CriticalIncident.review_due_at < now,
            col(CriticalIncident.review_told_at).is_(None),
            is_kept(col(CriticalIncident.id)),
        )
        .order_by(col(CriticalIncident.id))
        .limit(A_TURN)
        .with_for_update(skip_locked=True)
    )
    table = CriticalIncident
    told = (
        update(table)
        .where(col(table.id).in_(due.scalar_subquery()))
        .values(review_told_at=now)
        .returning(col(table.id), col(table.area), col(table.review_due_at))
    )
    rows = (await session.exec(told)).all()
    facts = []
    for case_id, area, due_at in rows:
        event = CriticalReviewOverdue(critical_incident_id=case_id, area=area, review_due_at=due_at)
        facts.append(Fact(event, case_id, area))
        await give(
            session, actor, now, area=area, kind=TaskKind.REVIEW_COMMUNITY_IMPACT, about="critical_incident",
            about_id=case_id, due_at=now + ANSWER_WITHIN, is_urgent=True, again=True,
        )  # fmt: skip
    await emit_many(await driver_connection(session), facts, actor=actor.subject, at=now, session=session)
    return len(rows) == A_TURN
