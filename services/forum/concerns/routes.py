"""Concerns over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.allowances import network_of_caller
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.errors import NotFound, answer
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.concerns import commands, queries
from services.forum.concerns.rules import Category
from services.forum.concerns.schemas import (
    AnonymousConcern,
    ConcernCreate,
    ConcernFilter,
    ConcernPatch,
    ConcernView,
    FollowView,
    ReceiptIn,
    ReceiptView,
    StepView,
)
from services.forum.receipts.commands import take
from services.forum.receipts.rules import Asking

routes = router(tags=["concerns"])


@routes.post("/forums/{forum_id}/concerns", status_code=201)
async def raise_concern(
    forum_id: UUID, request: ConcernCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> ConcernView:
    """Bring in a concern that was raised at a meeting, or by a member."""
    concern = await commands.bring_concern(session, actor, now, forum_id, request)
    set_etag(response, concern.version)
    return queries.view(concern, actor, now)


@routes.post("/forums/{forum_id}/concerns/anonymous", status_code=201)
async def raise_anonymously(
    forum_id: UUID,
    request: AnonymousConcern,
    session: Write,
    actor: CurrentActor,
    now: Now,
    http: Request,
    response: Response,
) -> ReceiptView:
    """Raise a concern without giving a name. The code in the answer is shown once, and is the only way to follow it."""
    response.headers["Cache-Control"] = "no-store"
    network = network_of_caller(http, now)
    concern, forum, code = await commands.raise_anonymously(session, actor, now, forum_id, network, request)
    return ReceiptView(receipt=code, forum=forum.name, area=concern.area, triage_by=concern.triage_by)


@routes.post("/concerns/follow", responses={200: {"model": FollowView}})
async def follow_concern(receipt: ReceiptIn, session: Write, now: Now, http: Request) -> Response:
    """Where a concern stands, by the code given for it: sent in the body, so that no address or log holds it.

    A code that is wrong and one that is none get the same answer.
    """
    await take(session, now, Asking.FOLLOW_FROM, network_of_caller(http, now))
    found = await queries.followed(session, receipt.code)
    if found is None:  # answered, not raised: what the question took of the allowance has to stay
        told = answer(NotFound("concern"))
    else:
        told = Response(found.model_dump_json(), media_type="application/json")
    told.headers["Cache-Control"] = "no-store"
    return told


@routes.get("/concerns")
async def list_concerns(
    session: Read,
    actor: CurrentActor,
    now: Now,
    page: PageParams,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
    forum: Annotated[UUID | None, Query(description="The forum that has it, or where it was raised")] = None,
    category: Category | None = None,
    state: ConcernFilter | None = None,
) -> Page[ConcernView]:
    """Concerns, newest first: published summaries, and from inside all with their words."""
    rows = await queries.list_concerns(
        session,
        actor,
        within=area,
        forum_id=forum,
        category=category,
        state=state,
        now=now,
        after=page.after_id(),
        limit=page.limit + 1,
    )
    return page.page(rows, lambda row: queries.view(row, actor, now), lambda row: row.id)


@routes.get("/concerns/{concern_id}")
async def read_concern(
    concern_id: UUID, session: Read, actor: CurrentActor, now: Now, response: Response
) -> ConcernView:
    """One concern."""
    concern = await queries.concern_by_id(session, actor, concern_id)
    set_etag(response, concern.version)
    return queries.view(concern, actor, now)


@routes.get("/concerns/{concern_id}/steps")
async def list_steps(concern_id: UUID, session: Read, actor: CurrentActor) -> list[StepView]:
    """Each step of a concern and the forums it was with, oldest first; from inside."""
    return await queries.steps(session, (await queries.inside_concern(session, actor, concern_id)).id)


@routes.patch("/concerns/{concern_id}")
async def edit_concern(
    concern_id: UUID,
    request: ConcernPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ConcernView:
    """Write or publish the forum's summary, or take names out of the words."""
    concern = await commands.edit_concern(session, actor, now, concern_id, expected, request)
    set_etag(response, concern.version)
    return queries.view(concern, actor, now)
