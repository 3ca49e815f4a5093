"""Correction notices over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import AsyncSession, Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.corrections import commands, queries
from services.forum.corrections.rules import CorrectionState, Subject
from services.forum.corrections.schemas import (
    CorrectionCreate,
    CorrectionPatch,
    CorrectionRevise,
    CorrectionVersionView,
    CorrectionView,
    CorrectionWithdraw,
)
from services.forum.corrections.tables import Correction

routes = router(tags=["corrections"])


async def _answer(session: AsyncSession, actor: Actor, correction: Correction, response: Response) -> CorrectionView:
    set_etag(response, correction.version)
    return (await queries.views(session, actor, [correction]))[0]


@routes.post("/forums/{forum_id}/corrections", status_code=201)
async def draft_correction(
    forum_id: UUID, request: CorrectionCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> CorrectionView:
    """Draft a notice that corrects a rumour."""
    correction = await commands.draft_correction(session, actor, now, forum_id, request)
    return await _answer(session, actor, correction, response)


@routes.get("/corrections")
async def list_corrections(
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
    areas: Annotated[str | None, Query(description="Exactly these areas, separated by commas", max_length=8000)] = None,
    forum: UUID | None = None,
    state: CorrectionState | None = None,
    about: Subject | None = None,
    about_id: UUID | None = None,
) -> Page[CorrectionView]:
    """Corrections of rumours, newest first: drafts for those inside only."""
    rows = await queries.list_corrections(
        session,
        actor,
        within=area,
        areas=areas.split(",") if areas else None,
        forum_id=forum,
        state=state,
        about=about,
        about_id=about_id,
        after=page.after_id(),
        limit=page.limit + 1,
    )
    views = {view.id: view for view in await queries.views(session, actor, rows)}
    return page.page(rows, lambda row: views[row.id], lambda row: row.id)


@routes.get("/corrections/{correction_id}")
async def read_correction(
    correction_id: UUID, session: Read, actor: CurrentActor, response: Response
) -> CorrectionView:
    """One notice."""
    correction = await queries.correction_by_id(session, actor, correction_id)
    return await _answer(session, actor, correction, response)


@routes.get("/corrections/{correction_id}/versions")
async def list_versions(
    correction_id: UUID, session: Read, actor: CurrentActor, page: PageParams
) -> Page[CorrectionVersionView]:
    """Every published version, oldest first."""
    rows = await queries.list_versions(session, actor, correction_id, after=page.after_number(), limit=page.limit + 1)
    return page.page(rows, lambda row: row, lambda row: row.number)


@routes.patch("/corrections/{correction_id}")
async def change_correction(
    correction_id: UUID,
    request: CorrectionPatch,
    session: Write,
    actor: CurrentActor,
    expected: IfMatch,
    response: Response,
) -> CorrectionView:
    """Change a draft."""
    correction = await commands.change_correction(session, actor, correction_id, expected, request)
    return await _answer(session, actor, correction, response)


@routes.post("/corrections/{correction_id}/publish")
async def publish_correction(
    correction_id: UUID, session: Write, actor: CurrentActor, now: Now, expected: IfMatch, response: Response
) -> CorrectionView:
    """Publish a draft."""
    correction = await commands.publish_correction(session, actor, now, correction_id, expected)
    return await _answer(session, actor, correction, response)


@routes.post("/corrections/{correction_id}/revise")
async def revise_correction(
    correction_id: UUID,
    request: CorrectionRevise,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> CorrectionView:
    """Publish a new version that names the one before."""
    correction = await commands.revise_correction(session, actor, now, correction_id, expected, request)
    return await _answer(session, actor, correction, response)


@routes.post("/corrections/{correction_id}/withdraw")
async def withdraw_correction(
    correction_id: UUID,
    request: CorrectionWithdraw,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> CorrectionView:
    """Take a notice back, with the reason."""
    correction = await commands.withdraw_correction(session, actor, now, correction_id, expected, request)
    return await _answer(session, actor, correction, response)
