"""Like concerns and themes over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.concerns.queries import view
from services.forum.themes import commands, queries
from services.forum.themes.schemas import GroupView, Separation, SimilarView, ThemeCreate, ThemeView
from services.forum.triage.schemas import Triage

routes = router(tags=["concerns"])


@routes.get("/concerns/{concern_id}/similar")
async def similar(concern_id: UUID, session: Read, actor: CurrentActor, now: Now) -> list[SimilarView]:
    """Open concerns like this one in the areas beside its own, the most alike first."""
    found = await queries.similar(session, actor, concern_id)
    return [SimilarView(likeness=share, concern=view(concern, actor, now)) for share, concern in found]


@routes.get("/concern-groups")
async def offered(
    session: Read,
    actor: CurrentActor,
    now: Now,
    area: Annotated[AreaCode, Query(description="This area and everything below it")],
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> list[GroupView]:
    """Like open concerns of several areas, offered to be joined, the largest group first."""
    return [
        GroupView(
            category=group[0].category,
            areas=sorted({concern.area for concern in group}),
            concerns=[view(concern, actor, now) for concern in group],
        )
        for group in await queries.offered(session, actor, area, limit)
    ]


@routes.post("/forums/{forum_id}/concern-themes", status_code=201)
async def join(
    forum_id: UUID, request: ThemeCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> ThemeView:
    """Join like concerns under one theme."""
    theme = await commands.join(session, actor, now, forum_id, request)
    set_etag(response, theme.version)
    return (await queries.views(session, [theme]))[theme.id]


@routes.get("/forums/{forum_id}/concern-themes")
async def list_themes(forum_id: UUID, session: Read, actor: CurrentActor, page: PageParams) -> Page[ThemeView]:
    """A forum's themes, newest first."""
    rows = await queries.list_themes(session, actor, forum_id, after=page.after_id(), limit=page.limit + 1)
    views = await queries.views(session, rows)
    return page.page(rows, lambda row: views[row.id], lambda row: row.id)


@routes.get("/concern-themes/{theme_id}")
async def read_theme(theme_id: UUID, session: Read, actor: CurrentActor, response: Response) -> ThemeView:
    """One theme."""
    theme = await queries.theme_by_id(session, actor, theme_id)
    set_etag(response, theme.version)
    return (await queries.views(session, [theme]))[theme.id]


@routes.post("/concern-themes/{theme_id}/triage")
async def answer_theme(
    theme_id: UUID,
    request: Triage,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ThemeView:
    """Give one answer to all concerns under a theme."""
    theme = await commands.answer_theme(session, actor, now, theme_id, expected, request)
    set_etag(response, theme.version)
    return (await queries.views(session, [theme]))[theme.id]


@routes.post("/concern-themes/{theme_id}/separate")
async def separate(
    theme_id: UUID,
    request: Separation,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ThemeView:
    """Have concerns dealt with by themselves again."""
    theme = await commands.separate(session, actor, now, theme_id, expected, request)
    set_etag(response, theme.version)
    return (await queries.views(session, [theme]))[theme.id]
