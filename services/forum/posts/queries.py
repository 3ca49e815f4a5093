"""Reads of posts, for those inside."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, or_, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.forum.areas.queries import area_by_code
from services.forum.forums.rules import may_see_inside
from services.forum.posts.tables import Post


async def list_posts(
    session: AsyncSession, actor: Actor, code: str, *, on: date | None, after: UUID | None, limit: int
) -> Sequence[Post]:
    """Posts in an area and below it, in the order they were assigned; raises `NotFound` for who is not inside."""
    await area_by_code(session, code)
    if not may_see_inside(actor, code):
        raise NotFound("area's posts")
    statement = select(Post).where(lies_within(col(Post.area), code)).order_by(col(Post.id)).limit(limit)
    if on is not None:
        statement = statement.where(Post.starts_on <= on, or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= on))
    if after is not None:
        statement = statement.where(col(Post.id) > after)
    return (await session.exec(statement)).all()


async def post_by_id(
    session: AsyncSession, actor: Actor, code: str, post_id: UUID, *, locked: bool = False
) -> Post:  # fmt: skip
    """One post of an area; raises `NotFound`."""
    post = await session.get(Post, post_id, with_for_update=locked or None)
    if post is None or post.area != code or not may_see_inside(actor, code):
        raise NotFound("post")
    return post


async def is_held_already(session: AsyncSession, post: Post) -> bool:
    """Whether the same officer or team has the same post in the area on one of its days."""
    statement = select(Post.id).where(
        Post.area == post.area,
        Post.kind == post.kind,
        Post.reference == post.reference,
        Post.id != post.id,
        or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= post.starts_on),
    )
    if post.ends_on is not None:
        statement = statement.where(Post.starts_on <= post.ends_on)
    with session.no_autoflush:
        return (await session.exec(statement)).first() is not None
