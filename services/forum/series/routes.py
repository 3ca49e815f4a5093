"""Series over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.errors import Invalid
from beatbook.kit.paging import Page, PageParams, PageRequest
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.series import commands, queries
from services.forum.series.schemas import (
    LocalStart,
    PreviewView,
    Rule,
    SeriesCreate,
    SeriesEnd,
    SeriesMeetingView,
    SeriesPatch,
    SeriesView,
)
from services.forum.series.tables import Series

routes = router(tags=["series"])


def _view(series: Series) -> SeriesView:
    return SeriesView.model_validate(series)


def _after_day(page: PageRequest) -> date | None:
    text = page.after_text()
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("The 'after' cursor is not one that this list gave out.") from error


@routes.post("/forums/{forum_id}/series", status_code=201)
async def start_series(
    forum_id: UUID, request: SeriesCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> SeriesView:
    """Have meetings recur by an RFC 5545 rule; those of the next 200 days are planned at once."""
    series = await commands.start_series(session, actor, now, forum_id, request)
    set_etag(response, series.version)
    return _view(series)


@routes.get("/forums/{forum_id}/series")
async def list_series(forum_id: UUID, session: Read, actor: CurrentActor, page: PageParams) -> Page[SeriesView]:
    """A forum's series of meetings, oldest first."""
    rows = await queries.list_series(session, actor, forum_id, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, _view, lambda row: row.id)


@routes.get("/forums/{forum_id}/series-preview")
async def preview_series(
    forum_id: UUID,
    session: Read,
    actor: CurrentActor,
    now: Now,
    rrule: Annotated[Rule, Query()],
    starts_local: Annotated[LocalStart, Query()],
) -> PreviewView:
    """The starts that a rule would give, before it is saved."""
    return await queries.preview(session, actor, now, forum_id, rrule, starts_local)


@routes.get("/series/{series_id}")
async def read_series(series_id: UUID, session: Read, actor: CurrentActor, response: Response) -> SeriesView:
    """One series of meetings."""
    series = await queries.series_by_id(session, actor, series_id)
    set_etag(response, series.version)
    return _view(series)


@routes.get("/series/{series_id}/meetings")
async def list_series_meetings(
    series_id: UUID, session: Read, actor: CurrentActor, page: PageParams
) -> Page[SeriesMeetingView]:
    """Which meeting came of which day, by day."""
    rows = await queries.list_planned(session, actor, series_id, after=_after_day(page), limit=page.limit + 1)
    return page.page(rows, SeriesMeetingView.model_validate, lambda row: row.day)


@routes.patch("/series/{series_id}")
async def change_series(
    series_id: UUID,
    request: SeriesPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> SeriesView:
    """Change a series and the meetings it planned; those that people changed or were invited to stay."""
    series = await commands.change_series(session, actor, now, series_id, expected, request)
    set_etag(response, series.version)
    return _view(series)


@routes.post("/series/{series_id}/end")
async def end_series(
    series_id: UUID,
    request: SeriesEnd,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> SeriesView:
    """End a series after a day; its untouched meetings after it are cancelled."""
    series = await commands.end_series(session, actor, now, series_id, expected, request)
    set_etag(response, series.version)
    return _view(series)
