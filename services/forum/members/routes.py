"""Seats over HTTP."""

from uuid import UUID

from fastapi import Response

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.members import commands, queries
from services.forum.members.schemas import MemberCreate, MemberPatch, MemberView

routes = router("/forums/{forum_id}/members", tags=["members"])


@routes.post("", status_code=201)
async def seat_member(
    forum_id: UUID, request: MemberCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> MemberView:
    """Give a person or a body a seat."""
    member = await commands.seat_member(session, actor, now, forum_id, request)
    set_etag(response, member.version)
    return queries.view(member, now.date())


@routes.get("")
async def list_members(
    forum_id: UUID, session: Read, actor: CurrentActor, now: Now, page: PageParams
) -> Page[MemberView]:
    """A forum's seats, in the order they were taken."""
    rows = await queries.list_members(session, actor, forum_id, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, lambda row: queries.view(row, now.date()), lambda row: row.id)


@routes.patch("/{member_id}")
async def change_member(
    forum_id: UUID,
    member_id: UUID,
    request: MemberPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> MemberView:
    """Change a seat's role, or end its term."""
    member = await commands.change_member(session, actor, now, forum_id, member_id, expected, request)
    set_etag(response, member.version)
    return queries.view(member, now.date())
