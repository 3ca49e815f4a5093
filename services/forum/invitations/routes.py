"""Invitations and mail addresses over HTTP."""

from uuid import UUID

from fastapi import Response

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.invitations import commands, queries
from services.forum.invitations.schemas import (
    AddressPut,
    AddressView,
    InvitationCreate,
    InvitationPatch,
    InvitationView,
    InvitedView,
)

routes = router(tags=["invitations"])


@routes.post("/meetings/{meeting_id}/invitations")
async def invite(
    meeting_id: UUID,
    request: InvitationCreate,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> InvitedView:
    """Invite members to a planned meeting; `If-Match` and `ETag` are the meeting's."""
    invited = await commands.invite(session, actor, now, meeting_id, expected, request)
    set_etag(response, invited.version)
    return invited


@routes.get("/meetings/{meeting_id}/invitations")
async def list_invitations(
    meeting_id: UUID, session: Read, actor: CurrentActor, page: PageParams
) -> Page[InvitationView]:
    """Who was invited, what they answered, and whether a mail reached their server."""
    rows = await queries.invitations_of(session, actor, meeting_id, after=page.after_id(), limit=page.limit + 1)
    views = {view.member_id: view for view in await queries.views(session, rows)}
    return page.page(rows, lambda row: views[row.member_id], lambda row: row.member_id)


@routes.patch("/meetings/{meeting_id}/invitations/{member_id}")
async def note_reply(
    meeting_id: UUID,
    member_id: UUID,
    request: InvitationPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> InvitationView:
    """Note what an invited member answered."""
    invitation = await commands.note_reply(session, actor, now, meeting_id, member_id, expected, request)
    set_etag(response, invitation.version)
    return (await queries.views(session, [invitation]))[0]


@routes.get("/forums/{forum_id}/members/{member_id}/address")
async def read_address(
    forum_id: UUID, member_id: UUID, session: Read, actor: CurrentActor, response: Response
) -> AddressView:
    """A member's mail address, for those who keep the forum's records."""
    address = await queries.address_of(session, actor, forum_id, member_id)
    set_etag(response, address.version)
    return address


@routes.put("/forums/{forum_id}/members/{member_id}/address")
async def keep_address(
    forum_id: UUID,
    member_id: UUID,
    request: AddressPut,
    session: Write,
    actor: CurrentActor,
    expected: IfMatch,
    response: Response,
) -> AddressView:
    """Keep, change or forget a member's mail address."""
    address = await commands.keep_address(session, actor, forum_id, member_id, expected, request)
    set_etag(response, address.version)
    return queries.address_view(address)
