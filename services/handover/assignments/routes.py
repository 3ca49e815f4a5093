"""Assignments over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.handover.assignments import commands, queries
from services.handover.assignments.schemas import AssignmentCreate, AssignmentPatch, AssignmentView

routes = router("/assignments", tags=["assignments"])


@routes.post("", status_code=201)
async def assign_advisor(
    request: AssignmentCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> AssignmentView:
    """Assign an advisor to an area."""
    assignment = await commands.assign_advisor(session, actor, now, request)
    set_etag(response, assignment.version)
    return (await queries.views(session, [assignment], now.date()))[0]


@routes.get("")
async def list_assignments(
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    now: Now,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
) -> Page[AssignmentView]:
    """Assignments, newest first."""
    rows = await queries.list_assignments(session, actor, area=area, after=page.after_id(), limit=page.limit + 1)
    views = {view.id: view for view in await queries.views(session, rows, now.date())}
    return page.page(rows, lambda row: views[row.id], lambda row: row.id)


@routes.get("/{assignment_id}")
async def read_assignment(
    assignment_id: UUID, session: Read, actor: CurrentActor, now: Now, response: Response
) -> AssignmentView:
    """One assignment, with the gap that its end would leave."""
    assignment = await queries.assignment_by_id(session, assignment_id, actor)
    set_etag(response, assignment.version)
    return (await queries.views(session, [assignment], now.date()))[0]


@routes.patch("/{assignment_id}")
async def change_assignment(
    assignment_id: UUID,
    request: AssignmentPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> AssignmentView:
    """Change the mandate, the last day, or name the successor."""
    assignment = await commands.change_assignment(session, actor, assignment_id, expected, request)
    set_etag(response, assignment.version)
    return (await queries.views(session, [assignment], now.date()))[0]
