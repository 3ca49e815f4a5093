"""Briefs over HTTP."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import router
from services.handover.briefs import commands, queries
from services.handover.briefs.page import render
from services.handover.briefs.schemas import BriefCreate, BriefSummary, BriefView
from services.handover.briefs.tables import Brief
from services.handover.settings import HandoverSettings

routes = router("/briefs", tags=["briefs"])


@routes.post("", status_code=201)
async def compose_brief(
    body: BriefCreate, session: Write, actor: CurrentActor, now: Now, request: Request, response: Response
) -> BriefView:
    """Compose an area's next brief as of now, and freeze it."""
    settings: HandoverSettings = request.app.state.settings
    brief = await commands.compose_brief(session, actor, now, body, links=settings.forum_links())
    return _view(brief, response)


@routes.get("")
async def list_briefs(
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
) -> Page[BriefSummary]:
    """Briefs, newest first, without their content."""
    rows = await queries.list_briefs(session, actor, area=area, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, BriefSummary.model_validate, lambda row: row.id)


@routes.get("/{brief_id}.html", response_class=HTMLResponse)
async def read_brief_page(brief_id: UUID, session: Read, actor: CurrentActor) -> HTMLResponse:
    """A brief as one HTML file that works offline and prints well."""
    brief = await queries.brief_by_id(session, brief_id, actor)
    return HTMLResponse(
        render(brief),
        headers={
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            "Cache-Control": "private",
            "ETag": f'"{brief.sha256}"',
        },
    )


@routes.get("/{brief_id}")
async def read_brief(brief_id: UUID, session: Read, actor: CurrentActor, response: Response) -> BriefView:
    """A brief as JSON."""
    return _view(await queries.brief_by_id(session, brief_id, actor), response)


def _view(brief: Brief, response: Response) -> BriefView:
    response.headers["ETag"] = f'"{brief.sha256}"'
    summary = BriefSummary.model_validate(brief)
    return BriefView(**summary.model_dump(), content=orjson.loads(brief.content))
