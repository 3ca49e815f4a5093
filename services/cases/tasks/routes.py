"""Supervisors' tasks over HTTP."""

from uuid import UUID

from fastapi import Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.tasks import commands, queries
from services.cases.tasks.rules import TaskKind
from services.cases.tasks.schemas import TaskClose, TaskFilter, TaskView

routes = router("/tasks", tags=["tasks"])


@routes.get("")
async def list_tasks(
    session: Read,
    actor: CurrentActor,
    now: Now,
    page: PageParams,
    area: AreaCode | None = None,
    kind: TaskKind | None = None,
    state: TaskFilter | None = None,
) -> Page[TaskView]:
    """The tasks of the areas you supervise, in the order in which they were given."""
    rows = await queries.list_tasks(
        session, actor, now, area=area, kind=kind, state=state, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, TaskView.model_validate, lambda row: row.id)


@routes.get("/{task_id}")
async def read_task(task_id: UUID, session: Read, actor: CurrentActor, response: Response) -> TaskView:
    """One task."""
    task = await queries.task_by_id(session, actor, task_id)
    set_etag(response, task.version)
    return TaskView.model_validate(task)


@routes.post("/{task_id}/close")
async def close_task(
    task_id: UUID,
    request: TaskClose,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> TaskView:
    """Close a task with its outcome."""
    task = await commands.close(session, actor, now, task_id, expected, request.outcome)
    set_etag(response, task.version)
    return TaskView.model_validate(task)
