"""Initiatives over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.initiatives import commands, queries
from services.forum.initiatives.rules import InitiativeKind, InitiativeState
from services.forum.initiatives.schemas import (
    InitiativeCreate,
    InitiativeEnd,
    InitiativePatch,
    InitiativePause,
    InitiativeStart,
    InitiativeView,
    ReportCreate,
    ReportView,
    SafePlacesPut,
    SafePlaceView,
)

routes = router(tags=["initiatives"])


@routes.post("/forums/{forum_id}/initiatives", status_code=201)
async def propose_initiative(
    forum_id: UUID, request: InitiativeCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> InitiativeView:
    """Propose an initiative."""
    initiative = await commands.propose_initiative(session, actor, now, forum_id, request)
    set_etag(response, initiative.version)
    return queries.view(actor, initiative)


@routes.get("/initiatives")
async def list_initiatives(
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
    areas: Annotated[str | None, Query(description="Exactly these areas, separated by commas", max_length=8000)] = None,
    forum: UUID | None = None,
    state: InitiativeState | None = None,
    kind: InitiativeKind | None = None,
) -> Page[InitiativeView]:
    """Initiatives, newest first: proposed ones for those inside only."""
    rows = await queries.list_initiatives(
        session,
        actor,
        within=area,
        areas=areas.split(",") if areas else None,
        forum_id=forum,
        state=state,
        kind=kind,
        after=page.after_id(),
        limit=page.limit + 1,
    )
    return page.page(rows, lambda row: queries.view(actor, row), lambda row: row.id)


@routes.get("/initiatives/{initiative_id}")
async def read_initiative(
    initiative_id: UUID, session: Read, actor: CurrentActor, response: Response
) -> InitiativeView:
    """One initiative."""
    initiative = await queries.initiative_by_id(session, actor, initiative_id)
    set_etag(response, initiative.version)
    return queries.view(actor, initiative)


@routes.patch("/initiatives/{initiative_id}")
async def change_initiative(
    initiative_id: UUID,
    request: InitiativePatch,
    session: Write,
    actor: CurrentActor,
    expected: IfMatch,
    response: Response,
) -> InitiativeView:
    """Change an initiative that has not ended."""
    initiative = await commands.change_initiative(session, actor, initiative_id, expected, request)
    set_etag(response, initiative.version)
    return queries.view(actor, initiative)


@routes.post("/initiatives/{initiative_id}/start")
async def start_initiative(
    initiative_id: UUID,
    request: InitiativeStart,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> InitiativeView:
    """Start an initiative, or have it go on after a pause."""
    initiative = await commands.start_initiative(session, actor, now, initiative_id, expected, request)
    set_etag(response, initiative.version)
    return queries.view(actor, initiative)


@routes.post("/initiatives/{initiative_id}/pause")
async def pause_initiative(
    initiative_id: UUID,
    request: InitiativePause,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> InitiativeView:
    """Pause a running initiative."""
    initiative = await commands.pause_initiative(session, actor, now, initiative_id, expected, request)
    set_etag(response, initiative.version)
    return queries.view(actor, initiative)


@routes.post("/initiatives/{initiative_id}/end")
async def end_initiative(
    initiative_id: UUID,
    request: InitiativeEnd,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> InitiativeView:
    """End an initiative with its result."""
    initiative = await commands.end_initiative(session, actor, now, initiative_id, expected, request)
    set_etag(response, initiative.version)
    return queries.view(actor, initiative)


@routes.post("/initiatives/{initiative_id}/reports", status_code=201)
async def report_on_initiative(
    initiative_id: UUID, request: ReportCreate, session: Write, actor: CurrentActor, now: Now
) -> ReportView:
    """Note what was seen of an initiative and how many people it reached."""
    return ReportView.model_validate(await commands.report_on_initiative(session, actor, now, initiative_id, request))


@routes.get("/initiatives/{initiative_id}/reports")
async def list_reports(initiative_id: UUID, session: Read, actor: CurrentActor, page: PageParams) -> Page[ReportView]:
    """What was noted of an initiative, newest first."""
    rows = await queries.list_reports(session, actor, initiative_id, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, lambda row: row, lambda row: row.id)


@routes.put("/initiatives/{initiative_id}/places")
async def put_places(
    initiative_id: UUID, request: SafePlacesPut, session: Write, actor: CurrentActor, expected: IfMatch
) -> list[SafePlaceView]:
    """Write the places of a safe house network: never shown outside."""
    rows = await commands.put_places(session, actor, initiative_id, expected, request)
    return [SafePlaceView.model_validate(row) for row in rows]


@routes.get("/initiatives/{initiative_id}/places")
async def list_places(initiative_id: UUID, session: Read, actor: CurrentActor) -> list[SafePlaceView]:
    """The places of a safe house network, for who keeps the list and the police."""
    return [SafePlaceView.model_validate(row) for row in await queries.list_places(session, actor, initiative_id)]
