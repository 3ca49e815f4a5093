"""Decisions over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.areas.queries import area_by_code
from services.forum.decisions import commands, queries, steps
from services.forum.decisions.schemas import (
    DecisionClose,
    DecisionCreate,
    DecisionDetail,
    DecisionFilter,
    DecisionNote,
    DecisionPatch,
    DecisionView,
    DeliveryView,
    DueDateMove,
)
from services.forum.forums.queries import forum_by_id

routes = router(tags=["decisions"])


@routes.post("/meetings/{meeting_id}/decisions", status_code=201)
async def record_decision(
    meeting_id: UUID, request: DecisionCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> DecisionView:
    """Record what a held meeting decided or asked for."""
    decision = await commands.record_decision(session, actor, now, meeting_id, request)
    set_etag(response, decision.version)
    return queries.view(decision, now.date())


@routes.get("/decisions")
async def list_decisions(
    session: Read,
    actor: CurrentActor,
    now: Now,
    page: PageParams,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
    areas: Annotated[str | None, Query(description="Exactly these areas, separated by commas", max_length=8000)] = None,
    forum: UUID | None = None,
    meeting: UUID | None = None,
    state: DecisionFilter | None = None,
) -> Page[DecisionView]:
    """Decisions, newest first."""
    rows = await queries.list_decisions(
        session,
        actor,
        within=area,
        areas=areas.split(",") if areas else None,
        forum_id=forum,
        meeting_id=meeting,
        state=state,
        today=now.date(),
        after=page.after_id(),
        limit=page.limit + 1,
    )
    return page.page(rows, lambda row: queries.view(row, now.date()), lambda row: row.id)


@routes.get("/decisions/{decision_id}")
async def read_decision(
    decision_id: UUID, session: Read, actor: CurrentActor, now: Now, response: Response
) -> DecisionDetail:
    """One decision: which meeting made it, under which item, which minutes tell of it, and what became of it."""
    decision = await queries.decision_by_id(session, actor, decision_id)
    set_etag(response, decision.version)
    return await queries.detail(session, actor, decision, now.date())


@routes.patch("/decisions/{decision_id}")
async def change_decision(
    decision_id: UUID,
    request: DecisionPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> DecisionView:
    """Mend the words of a decision that no published minutes hold yet."""
    decision = await commands.change_decision(session, actor, decision_id, expected, request)
    set_etag(response, decision.version)
    return queries.view(decision, now.date())


@routes.post("/decisions/{decision_id}/notes", status_code=201)
async def note_progress(
    decision_id: UUID, request: DecisionNote, session: Write, actor: CurrentActor, now: Now, response: Response
) -> DecisionDetail:
    """Note what has been done towards a decision."""
    decision = await steps.note_progress(session, actor, now, decision_id, request)
    await session.flush()
    set_etag(response, decision.version)
    return await queries.detail(session, actor, decision, now.date())


@routes.post("/decisions/{decision_id}/due-date")
async def move_due_date(
    decision_id: UUID,
    request: DueDateMove,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> DecisionDetail:
    """Move a due date, by a later meeting or for a reason; its history keeps the old one."""
    decision = await steps.move_due_date(session, actor, now, decision_id, expected, request)
    await session.flush()
    set_etag(response, decision.version)
    return await queries.detail(session, actor, decision, now.date())


@routes.get("/forums/{forum_id}/delivery")
async def read_forum_delivery(forum_id: UUID, session: Read, now: Now) -> DeliveryView:
    """How a forum's public decisions were delivered: on time, late, not yet."""
    await forum_by_id(session, forum_id)
    return DeliveryView.model_validate(await queries.delivery(session, now.date(), forum_id=forum_id))


@routes.get("/areas/{code}/delivery")
async def read_area_delivery(code: AreaCode, session: Read, now: Now) -> DeliveryView:
    """How the public decisions of an area and everything below it were delivered."""
    await area_by_code(session, code)
    return DeliveryView.model_validate(await queries.delivery(session, now.date(), within=code))


@routes.post("/decisions/{decision_id}/close")
async def close_decision(
    decision_id: UUID,
    request: DecisionClose,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> DecisionView:
    """End a decision."""
    decision = await commands.close_decision(session, actor, now, decision_id, expected, request)
    set_etag(response, decision.version)
    return queries.view(decision, now.date())
