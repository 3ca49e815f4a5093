"""Warning signals and police ranks over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.signals import commands, queries
from services.forum.signals.schemas import (
    RankScaleIn,
    RankScaleView,
    SignalAcknowledge,
    SignalCount,
    SignalFilter,
    SignalView,
)

routes = router(tags=["warning signals"])


@routes.get("/forums/{forum_id}/signals")
async def list_forum_signals(
    forum_id: UUID, session: Read, actor: CurrentActor, page: PageParams, state: SignalFilter | None = None
) -> Page[SignalView]:
    """One forum's warning signals, newest first."""
    rows = await queries.list_forum_signals(
        session, actor, forum_id, state=state, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, queries.view, lambda row: row.id)


@routes.get("/signals")
async def list_signals(
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
    areas: Annotated[str | None, Query(description="Exactly these areas, separated by commas", max_length=8000)] = None,
    state: SignalFilter | None = None,
) -> Page[SignalView]:
    """Warning signals of the forums that the caller is inside of, newest first."""
    rows = await queries.list_signals(
        session,
        actor,
        within=area,
        areas=areas.split(",") if areas else None,
        state=state,
        after=page.after_id(),
        limit=page.limit + 1,
    )
    return page.page(rows, queries.view, lambda row: row.id)


@routes.get("/signal-counts")
async def count_signals(
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    area: Annotated[AreaCode, Query(description="This area and everything below it")],
) -> Page[SignalCount]:
    """How many warning signals stand, by area and code: also for the core group, which reads counts only."""
    rows = await queries.count_signals(session, actor, within=area, after=page.after_text(), limit=page.limit + 1)
    return page.page(rows, lambda row: row, lambda row: f"{row.area} {row.code}")


@routes.get("/signals/{signal_id}")
async def read_signal(signal_id: UUID, session: Read, actor: CurrentActor, response: Response) -> SignalView:
    """One warning signal."""
    signal = await queries.signal_by_id(session, actor, signal_id)
    set_etag(response, signal.version)
    return queries.view(signal)


@routes.post("/signals/{signal_id}/acknowledge")
async def acknowledge_signal(
    signal_id: UUID,
    request: SignalAcknowledge,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> SignalView:
    """Say what was found behind a warning signal; it stands until its cause has gone."""
    signal = await commands.acknowledge(session, actor, now, signal_id, expected, request)
    set_etag(response, signal.version)
    return queries.view(signal)


@routes.get("/areas/{code}/police-ranks")
async def read_ranks(code: AreaCode, session: Read, response: Response) -> RankScaleView:
    """The police ranks of an area's country, the lowest first."""
    scale = await queries.rank_scale(session, code)
    set_etag(response, scale.version)
    return RankScaleView.model_validate(scale)


@routes.put("/areas/{code}/police-ranks")
async def order_ranks(
    code: AreaCode,
    request: RankScaleIn,
    session: Write,
    actor: CurrentActor,
    expected: IfMatch,
    response: Response,
) -> RankScaleView:
    """Order a country's police ranks, as meetings name them; also what was recorded before is read by it."""
    scale = await commands.order_ranks(session, actor, code, expected, request)
    set_etag(response, scale.version)
    return RankScaleView.model_validate(scale)
