"""What the clock reminds of about plans: tasks and reviews whose day has passed. Rule C6."""

from datetime import datetime, timedelta

from sqlmodel import col, select, update

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import PlanItemOverdue
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.events import Fact, emit_many
from services.cases.files.queries import as_clock, is_kept
from services.cases.files.tables import CaseFile
from services.cases.plans.rules import ItemState, last_begun
from services.cases.plans.tables import PlanItem
from services.cases.tasks.commands import give
from services.cases.tasks.rules import TaskKind

A_TURN = 200
ANSWER_WITHIN = timedelta(days=7)


async def remind_of_plans(session: AsyncSession, actor: Actor, now: datetime) -> bool:
    """Tell once of each task and review that was missed, and give the area's supervisors a task; True: more."""
    await as_clock(session)
    missed = (
        select(PlanItem.id)
        .where(
            PlanItem.state == ItemState.OPEN,
            col(PlanItem.reminded_at).is_(None),
            PlanItem.due_on < last_begun(now),
            is_kept(col(PlanItem.case_id)),
        )
        .order_by(col(PlanItem.due_on))
        .limit(A_TURN)
        .with_for_update(skip_locked=True)
    )
    told = (
        update(PlanItem)
        .where(col(PlanItem.id).in_(missed.scalar_subquery()), col(CaseFile.id) == col(PlanItem.case_id))
        .values(reminded_at=now)
        .returning(
            col(PlanItem.id), col(PlanItem.case_id), col(PlanItem.kind), col(PlanItem.due_on), col(PlanItem.agency),
            col(CaseFile.area),
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    rows = (await session.exec(told)).all()
    facts = []
    for row in rows:
        event = PlanItemOverdue(
            item_id=row.id, problem_id=row.case_id, area=row.area, kind=row.kind.value, due_on=row.due_on,
            agency=row.agency,
        )  # fmt: skip
        facts.append(Fact(event, row.id, row.area))
        await give(
            session, actor, now, area=row.area, kind=TaskKind.REVIEW_PLAN, about="plan_item", about_id=row.id,
            due_at=now + ANSWER_WITHIN, again=True,
        )  # fmt: skip
    await emit_many(await driver_connection(session), facts, actor=actor.subject, at=now, session=session)
    return len(rows) == A_TURN
