"""What the clock reminds of about agreements: a term's day is near or has passed, a warning's has. Once. Rule C10."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import DiversionReminded
from beatbook.kit.db import UTC_TIME, AsyncSession, text_enum
from beatbook.kit.events import emit
from services.cases.agreements.rules import NEAR, Stage, TermState
from services.cases.agreements.tables import DiversionReminder, DiversionTerm, DiversionWarning
from services.cases.diversion.rules import State
from services.cases.diversion.tables import Diversion
from services.cases.files.queries import as_clock, is_kept
from services.cases.files.tables import CaseFile
from services.cases.tasks.commands import give
from services.cases.tasks.rules import TaskKind

TERMS_A_TURN = 200
"""Bounds what one transaction of the clock locks."""
TASK_DAYS = timedelta(days=7)


async def remind_of_terms(session: AsyncSession, actor: Actor, now: datetime) -> bool:
    """Tell of terms whose day is near or has passed, and of warnings whose deadline has; True when there is more.

    What has passed is a task of the area's supervisors: to warn, or to find a breach. Nothing is breached by the clock.
    """
    await as_clock(session)
    more = False
    for stage in Stage:
        told = await _tell(session, actor, now, stage)
        more = more or told >= TERMS_A_TURN
    return more


async def _tell(session: AsyncSession, actor: Actor, now: datetime, stage: Stage) -> int:
    due = _due(stage, now.date()).subquery()
    untold = select(
        due.c.term_id, literal(stage, text_enum(Stage)), due.c.on_day, due.c.case_id, literal(now, UTC_TIME)
    )
    untold = untold.where(
        ~exists().where(
            col(DiversionReminder.term_id) == due.c.term_id,
            col(DiversionReminder.stage) == stage,
            col(DiversionReminder.on_day) == due.c.on_day,
        )
    )
    made = (
        insert(DiversionReminder)
        .from_select(["term_id", "stage", "on_day", "case_id", "told_at"], untold.limit(TERMS_A_TURN))
        .on_conflict_do_nothing()
        .returning(col(DiversionReminder.term_id), col(DiversionReminder.on_day))
    )
    told: list[tuple[UUID, date]] = [(row.term_id, row.on_day) for row in (await session.exec(made)).all()]
    for term_id, on_day in sorted(told):
        await _remind(session, actor, now, stage, term_id, on_day)
    return len(told)


def _due(stage: Stage, today: date) -> Select[UUID, UUID, date]:
    """Open terms of cases under way that a stage has come for, each with the day it is about."""
    last: ColumnElement[date] = func.max(col(DiversionWarning.deadline_on), type_=Date)
    on_day: Any = last if stage is Stage.WARNING_PASSED else col(DiversionTerm.due_on)
    statement: Select[UUID, UUID, date] = (
        select(col(DiversionTerm.id).label("term_id"), col(DiversionTerm.case_id), on_day.label("on_day"))
        .join(Diversion, col(Diversion.id) == col(DiversionTerm.case_id))
        .where(
            col(DiversionTerm.state) == TermState.OPEN,
            col(Diversion.state) == State.UNDER_WAY,
            is_kept(col(DiversionTerm.case_id)),
        )
    )
    if stage is Stage.WARNING_PASSED:
        warned = col(DiversionWarning.term_id) == col(DiversionTerm.id)
        return statement.join(DiversionWarning, warned).group_by(col(DiversionTerm.id)).having(last < today)
    if stage is Stage.TERM_PASSED:
        return statement.where(col(DiversionTerm.due_on) < today)
    return statement.where(and_(col(DiversionTerm.due_on) >= today, col(DiversionTerm.due_on) <= today + NEAR))


async def _remind(
    session: AsyncSession, actor: Actor, now: datetime, stage: Stage, term_id: UUID, on_day: date
) -> None:  # fmt: skip
    term = await session.get_one(DiversionTerm, term_id)
    file = await session.get_one(CaseFile, term.case_id)
    event = DiversionReminded(
        diversion_id=file.id, area=file.area, term_id=term.id, kind=term.kind, stage=stage, on_day=on_day
    )
    await emit(session, event, subject=file.id, area=file.area, actor=actor, at=now)
    if stage is not Stage.TERM_NEAR:
        await give(
            session, actor, now, area=file.area, kind=TaskKind.FOLLOW_DIVERSION, about="diversion", about_id=file.id,
            due_at=now + TASK_DAYS, again=True,
        )  # fmt: skip
