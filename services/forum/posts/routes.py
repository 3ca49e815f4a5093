"""Posts over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.areas.schemas import Day
from services.forum.posts import commands, queries
from services.forum.posts.schemas import PostCreate, PostPatch, PostView

routes = router("/areas/{code}/posts", tags=["posts"])


@routes.post("", status_code=201)
async def assign_post(
    code: AreaCode, request: PostCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> PostView:
    """Assign an officer or a team to an area."""
    post = await commands.assign_post(session, actor, now, code, request)
    set_etag(response, post.version)
    return PostView.model_validate(post)


@routes.get("")
async def list_posts(
    code: AreaCode,
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    on: Annotated[Day | None, Query(description="Only posts of this day")] = None,
) -> Page[PostView]:
    """Posts in an area and below it, in the order they were assigned."""
    rows = await queries.list_posts(session, actor, code, on=on, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, PostView.model_validate, lambda row: row.id)


@routes.get("/{post_id}")
async def read_post(
    code: AreaCode, post_id: UUID, session: Read, actor: CurrentActor, response: Response
) -> PostView:  # fmt: skip
    """One post."""
    post = await queries.post_by_id(session, actor, code, post_id)
    set_etag(response, post.version)
    return PostView.model_validate(post)


@routes.patch("/{post_id}")
async def change_post(
    code: AreaCode,
    post_id: UUID,
    request: PostPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> PostView:
    """Change a post's last day, or the name it goes by."""
    post = await commands.change_post(session, actor, now, code, post_id, expected, request)
    set_etag(response, post.version)
    return PostView.model_validate(post)
