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
from services.forum.decisions import commands, queries
from services.forum.decisions.schemas import (
    DecisionClose,
    DecisionCreate,
    DecisionFilter,
    DecisionView,
)

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
) -> DecisionView:
    """One decision."""
    decision = await queries.decision_by_id(session, actor, decision_id)
    set_etag(response, decision.version)
    return queries.view(decision, now.date())


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
