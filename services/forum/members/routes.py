"""Seats over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.areas.schemas import Day
from services.forum.members import commands, queries
from services.forum.members.schemas import MemberCreate, MemberPatch, MemberRenew, MemberView

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
    forum_id: UUID,
    session: Read,
    actor: CurrentActor,
    now: Now,
    page: PageParams,
    on: Annotated[Day | None, Query(description="Only who sat on this day, in the role of that day")] = None,
) -> Page[MemberView]:
    """A forum's seats, in the order they were taken: all there ever were, or those of a day."""
    rows = await queries.list_members(session, actor, forum_id, on=on, after=page.after_id(), limit=page.limit + 1)
    roles = await queries.roles_on(session, rows, on) if on else {}
    return page.page(rows, lambda row: queries.view(row, now.date(), roles.get(row.id)), lambda row: row.id)


@routes.get("/{member_id}")
async def read_member(
    forum_id: UUID, member_id: UUID, session: Read, actor: CurrentActor, now: Now, response: Response
) -> MemberView:
    """One seat."""
    member = await queries.member_by_id(session, actor, forum_id, member_id)
    set_etag(response, member.version)
    return queries.view(member, now.date())


@routes.post("/{member_id}/renew", status_code=201)
async def renew_member(
    forum_id: UUID,
    member_id: UUID,
    request: MemberRenew,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> MemberView:
    """Give whoever holds the seat a new term: a seat of its own that names the one before."""
    member = await commands.renew_member(session, actor, now, forum_id, member_id, expected, request)
    set_etag(response, member.version)
    return queries.view(member, now.date())


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
    """Change a seat's role from today on, how it is described, or the end of its term."""
    member = await commands.change_member(session, actor, now, forum_id, member_id, expected, request)
    set_etag(response, member.version)
    return queries.view(member, now.date())
