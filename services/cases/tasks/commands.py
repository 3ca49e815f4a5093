"""Giving tasks, called by the features whose rules ask for one, in their own transaction; and closing them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import TaskClosed, TaskGiven
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from beatbook.kit.web import ExpectedVersion
from services.cases.tasks import queries
from services.cases.tasks.rules import Outcome, TaskKind
from services.cases.tasks.tables import Task


async def give(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    area: str,
    kind: TaskKind,
    about: str,
    about_id: UUID,
    due_at: datetime,
    is_urgent: bool = False,
    again: bool = False,
) -> bool:
    """Give the supervisors of an area a task about a thing; whether it is new.

    A kind of task about a thing is given once; with `again`, once more when the one before was closed. Whether the
    thing calls for it is the caller's rule.
    """
    same = (Task.about_id == about_id, Task.kind == kind)
    if not again and (await session.exec(select(col(Task.id)).where(*same).limit(1))).first():
        return False
    values = {
        "id": new_id(), "area": area, "kind": kind, "about": about, "about_id": about_id, "is_urgent": is_urgent,
        "due_at": due_at, "given_at": now, "given_by": actor.subject, "version": 1,
    }  # fmt: skip
    there = insert(Task).on_conflict_do_nothing(
        index_elements=["about_id", "kind"], index_where=text("closed_at is null")
    )
    made = (await session.exec(there.values(values).returning(col(Task.id)))).first()
    if made is None:
        return False
    (task_id,) = made
    given = TaskGiven(task_id=task_id, area=area, kind=kind, about=about, about_id=about_id, due_at=due_at)
    await emit(session, given, subject=task_id, area=area, actor=actor, at=now)
    return True


async def close(
    session: AsyncSession, actor: Actor, now: datetime, task_id: UUID, expected: ExpectedVersion, outcome: Outcome
) -> Task:
    """Close a task; raises `NotFound` for who does not supervise its area, `Conflict` for one that is closed."""
    task = await queries.task_by_id(session, actor, task_id, locked=True)
    expected.check(task.version)
    if task.closed_at is not None:
        raise Conflict("The task is closed: it ended with an outcome already.", code="closed")
    await _close(session, actor, now, task, outcome)
    return task


async def close_about(
    session: AsyncSession, actor: Actor, now: datetime, kind: TaskKind, about_id: UUID, outcome: Outcome
) -> None:
    """Close the open task of a kind about a thing, if there is one: by a command that does what it asks for."""
    statement = select(Task).where(Task.kind == kind, Task.about_id == about_id, col(Task.closed_at).is_(None))
    if (task := (await session.exec(statement.with_for_update())).first()) is not None:
        await _close(session, actor, now, task, outcome)


async def _close(session: AsyncSession, actor: Actor, now: datetime, task: Task, outcome: Outcome) -> None:
    task.outcome, task.closed_at, task.closed_by = outcome, now, actor.subject
    task.version += 1
    closed = TaskClosed(task_id=task.id, area=task.area, kind=task.kind, about_id=task.about_id, outcome=outcome)
    await emit(session, closed, subject=task.id, area=task.area, actor=actor, at=now)
