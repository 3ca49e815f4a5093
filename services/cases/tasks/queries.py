"""Reads of tasks, each through the door `visible_to`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.cases.tasks.rules import SUPERVISING, TaskKind
from services.cases.tasks.schemas import TaskFilter
from services.cases.tasks.tables import Task


def visible_to(statement: SelectOfScalar[Task], actor: Actor) -> SelectOfScalar[Task]:
    """Leave only the tasks of areas that the actor supervises. ARCHITECTURE 6."""
    return statement.where(lies_within(col(Task.area), *actor.areas_as(SUPERVISING)))


async def task_by_id(session: AsyncSession, actor: Actor, task_id: UUID, *, locked: bool = False) -> Task:
    """One task; raises `NotFound`, also for one that the actor may not see."""
    statement = visible_to(select(Task).where(Task.id == task_id), actor)
    task = (await session.exec(statement.with_for_update() if locked else statement)).first()
    if task is None:
        raise NotFound("task")
    return task


async def list_tasks(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    area: str | None,
    kind: TaskKind | None,
    state: TaskFilter | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Task]:
    """Tasks in the order in which they were given."""
    statement = visible_to(select(Task), actor).order_by(col(Task.id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(Task.area), area))
    if kind is not None:
        statement = statement.where(Task.kind == kind)
    if state is TaskFilter.CLOSED:
        statement = statement.where(col(Task.closed_at).is_not(None))
    elif state is not None:
        statement = statement.where(col(Task.closed_at).is_(None))
    if state is TaskFilter.OVERDUE:
        statement = statement.where(Task.due_at < now)
    if after is not None:
        statement = statement.where(col(Task.id) > after)
    return (await session.exec(statement)).all()
