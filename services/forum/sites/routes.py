"""Sites over HTTP."""

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
from services.forum.areas.schemas import Day
from services.forum.sites import commands, queries
from services.forum.sites.rules import SiteRole
from services.forum.sites.schemas import SiteCreate, SitePatch, SiteView

routes = router(tags=["sites"])


@routes.get("/sites")
async def list_sites(
    session: Read,
    page: PageParams,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
    role: SiteRole | None = None,
    on: Annotated[Day | None, Query(description="Only what is a site on this day")] = None,
) -> Page[SiteView]:
    """Sites, in the order they were designated."""
    rows = await queries.list_sites(
        session, within=area, role=role, on=on, after=page.after_id(), limit=page.limit + 1
    )  # fmt: skip
    return page.page(rows, SiteView.model_validate, lambda row: row.id)


@routes.post("/areas/{code}/sites", status_code=201)
async def designate_site(
    code: AreaCode, request: SiteCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> SiteView:
    """Make an area a pilot, control or expansion site."""
    site = await commands.designate_site(session, actor, now, code, request)
    set_etag(response, site.version)
    return SiteView.model_validate(site)


@routes.get("/areas/{code}/sites")
async def list_area_sites(code: AreaCode, session: Read, page: PageParams) -> Page[SiteView]:
    """What an area was, is and will be, in the order it was designated."""
    await area_by_code(session, code)
    rows = await queries.list_sites(session, area=code, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, SiteView.model_validate, lambda row: row.id)


@routes.get("/areas/{code}/sites/{site_id}")
async def read_site(code: AreaCode, site_id: UUID, session: Read, response: Response) -> SiteView:
    """One site."""
    site = await queries.site_by_id(session, code, site_id)
    set_etag(response, site.version)
    return SiteView.model_validate(site)


@routes.patch("/areas/{code}/sites/{site_id}")
async def change_site(
    code: AreaCode,
    site_id: UUID,
    request: SitePatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> SiteView:
    """Set or take away the day on which a site ends."""
    site = await commands.change_site(session, actor, now, code, site_id, expected, request)
    set_etag(response, site.version)
    return SiteView.model_validate(site)
