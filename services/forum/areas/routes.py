"""The register over HTTP."""

from typing import Annotated

import orjson
from fastapi import Query, Response

from beatbook.contracts.areas import AreaCode, Tier
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.areas import commands, queries
from services.forum.areas.schemas import AreaClose, AreaPatch, AreaView, ImportIn, ImportReport

routes = router("/areas", tags=["areas"])
bulk = router("/areas", tags=["areas"], bulk=True)

Codes = Annotated[str | None, Query(description="Area codes, separated by commas", max_length=8000)]


@bulk.post("/imports")
async def import_areas(request: ImportIn, session: Write, actor: CurrentActor, now: Now) -> ImportReport:
    """Register areas from GeoJSON features; the report names each feature refused and why."""
    return await commands.import_areas(session, actor, now, request)


@routes.get("")
async def list_areas(
    session: Read,
    page: PageParams,
    within: AreaCode | None = None,
    parent: AreaCode | None = None,
    tier: Tier | None = None,
    codes: Codes = None,
    geometry: bool = False,
) -> Page[AreaView]:
    """Areas in order of their codes."""
    rows = await queries.list_areas(
        session,
        within=within,
        parent=parent,
        tier=tier,
        codes=codes.split(",") if codes else None,
        after=page.after_text(),
        limit=page.limit + 1,
    )
    return page.page(rows, lambda row: queries.view(row, geometry=geometry), lambda row: row.code)


@routes.get("/{code}")
async def read_area(code: AreaCode, session: Read, response: Response) -> AreaView:
    """One area, with its boundary."""
    area = await queries.area_by_code(session, code)
    set_etag(response, area.version)
    return queries.view(area, geometry=True)


@routes.get("/{code}/map", response_class=Response, responses={200: {"content": {"application/geo+json": {}}}})
async def read_map(code: AreaCode, session: Read) -> Response:
    """The areas one tier below as a GeoJSON FeatureCollection, or the area itself when there are none."""
    return Response(orjson.dumps(await queries.feature_collection(session, code)), media_type="application/geo+json")


@routes.patch("/{code}")
async def change_area(
    code: AreaCode,
    request: AreaPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> AreaView:
    """Change names, external codes, languages or population."""
    area = await commands.change_area(session, actor, now, code, expected, request)
    set_etag(response, area.version)
    return queries.view(area)


@routes.post("/{code}/close")
async def close_area(
    code: AreaCode,
    request: AreaClose,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> AreaView:
    """Close an area and name its successors."""
    area = await commands.close_area(session, actor, now, code, expected, request)
    set_etag(response, area.version)
    return queries.view(area)
