"""Agendas over HTTP. An agenda's ETag is that of its meeting."""

from uuid import UUID

from fastapi import Response

from beatbook.contracts.actor import Actor
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import AsyncSession, Read, Write
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.business import commands, queries
from services.forum.business.schemas import AgendaView, OwnItemCreate, OwnItemsOrder

routes = router("/meetings/{meeting_id}/agenda", tags=["agendas"])


async def _answer(session: AsyncSession, actor: Actor, now: Now, meeting_id: UUID, response: Response) -> AgendaView:
    await session.flush()
    view, version = await queries.read_agenda(session, actor, now, meeting_id)
    set_etag(response, version)
    return view


@routes.get("")
async def read_agenda(meeting_id: UUID, session: Read, actor: CurrentActor, now: Now, response: Response) -> AgendaView:
    """A meeting's agenda: last minutes, decisions overdue and open, what was received, topics and own items."""
    return await _answer(session, actor, now, meeting_id, response)


@routes.post("/items", status_code=201)
async def add_item(
    meeting_id: UUID, request: OwnItemCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> AgendaView:
    """Add an item of one's own before the meeting."""
    await commands.add_item(session, actor, meeting_id, request)
    return await _answer(session, actor, now, meeting_id, response)


@routes.put("/items")
async def order_items(
    meeting_id: UUID,
    request: OwnItemsOrder,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> AgendaView:
    """Put the agenda's own items in another order."""
    await commands.order_items(session, actor, meeting_id, expected, request)
    return await _answer(session, actor, now, meeting_id, response)


@routes.delete("/items/{item_id}")
async def drop_item(
    meeting_id: UUID,
    item_id: UUID,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> AgendaView:
    """Take an item of one's own off the agenda."""
    await commands.drop_item(session, actor, meeting_id, item_id, expected)
    return await _answer(session, actor, now, meeting_id, response)
