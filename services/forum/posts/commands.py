"""Changes of posts."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import PostAssigned, PostChanged
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.areas.queries import area_by_code
from services.forum.posts import queries, rules
from services.forum.posts.schemas import PostCreate, PostPatch
from services.forum.posts.tables import Post


async def assign_post(session: AsyncSession, actor: Actor, now: datetime, code: str, request: PostCreate) -> Post:
    """Assign an officer or a team to an area; cautions are kept with the post. Rule A5."""
    area = await area_by_code(session, code, locked=True)
    _allow(actor, code)
    if area.valid_to is not None:
        raise Conflict(f"{code} was closed on {area.valid_to}; assign to a successor.", rule="A3")
    post = Post(**request.model_dump(), area=code, advisories=[])
    await _settle(session, post)
    session.add(post)
    await session.flush()
    event = PostAssigned(
        post_id=post.id, area=code, kind=post.kind, starts_on=post.starts_on, ends_on=post.ends_on
    )  # fmt: skip
    await emit(session, event, subject=post.id, area=code, actor=actor, at=now)
    return post


async def change_post(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    code: str,
    post_id: UUID,
    expected: ExpectedVersion,
    request: PostPatch,
) -> Post:
    """Change a post's last day, or the name it goes by. Rule A5."""
    await area_by_code(session, code, locked=True)
    post = await queries.post_by_id(session, actor, code, post_id, locked=True)
    _allow(actor, code)
    expected.check(post.version)
    for name, value in request.model_dump(exclude_unset=True).items():
        setattr(post, name, value)
    await _settle(session, post)
    post.version += 1
    event = PostChanged(post_id=post.id, area=code, kind=post.kind, starts_on=post.starts_on, ends_on=post.ends_on)
    await emit(session, event, subject=post.id, area=code, actor=actor, at=now)
    return post


def _allow(actor: Actor, code: str) -> None:
    if not rules.may_assign(actor, code):
        raise Forbidden("To assign posts you need a supervisor or admin grant for the area.")


async def _settle(session: AsyncSession, post: Post) -> None:
    same_there = await queries.is_held_already(session, post)
    if unmet := rules.post_obstacles(post.starts_on, post.ends_on, same_there=same_there):
        raise Refused("The post can't last so.", code="post", rule="A5", unmet=unmet)
    post.advisories = [vars(caution) for caution in rules.post_cautions(post.kind, post.starts_on, post.ends_on)]
