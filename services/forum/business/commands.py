"""Changes of the items that a secretary adds to a meeting's agenda, before it is held. Rule F9.

Everyone sees a public meeting's version: it changes with what everyone sees, so that none tells of a closed item.
"""

from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, NotFound, Refused
from beatbook.kit.web import ExpectedVersion
from services.forum.agenda.queries import own_items
from services.forum.agenda.tables import OwnItem
from services.forum.business import rules
from services.forum.business.schemas import OwnItemCreate, OwnItemsOrder
from services.forum.meetings.queries import managed_meeting
from services.forum.meetings.rules import state_obstacle
from services.forum.meetings.tables import Meeting


async def add_item(session: AsyncSession, actor: Actor, meeting_id: UUID, request: OwnItemCreate) -> OwnItem:
    """Add an item at the end of a meeting's agenda."""
    meeting = await _changeable(session, actor, meeting_id)
    there = await own_items(session, meeting_id)
    if obstacle := rules.adding_obstacle(len(there)):
        raise Refused(obstacle, rule="F9")
    item = OwnItem(
        meeting_id=meeting_id, position=there[-1].position + 1 if there else 1, **request.model_dump()
    )  # fmt: skip
    session.add(item)
    meeting.version += item.public
    return item


async def order_items(
    session: AsyncSession, actor: Actor, meeting_id: UUID, expected: ExpectedVersion, request: OwnItemsOrder
) -> None:
    """Put a meeting's own items in another order."""
    meeting = await _changeable(session, actor, meeting_id, expected)
    there = {item.id: item for item in await own_items(session, meeting_id)}
    before = [item_id for item_id, item in there.items() if item.public]
    if unmet := rules.ordering_obstacles(request.order, list(there)):
        raise Refused("The items can't be put in this order.", code="not-orderable", rule="F9", unmet=unmet)
    for position, item_id in enumerate(request.order, start=1):
        there[item_id].position = position
    meeting.version += before != [item_id for item_id in request.order if there[item_id].public]


async def drop_item(
    session: AsyncSession, actor: Actor, meeting_id: UUID, item_id: UUID, expected: ExpectedVersion
) -> None:
    """Take one of its own items off a meeting's agenda."""
    meeting = await _changeable(session, actor, meeting_id, expected)
    item = await session.get(OwnItem, item_id)
    if item is None or item.meeting_id != meeting_id:
        raise NotFound("agenda item")
    await session.delete(item)
    meeting.version += item.public


async def _changeable(
    session: AsyncSession, actor: Actor, meeting_id: UUID, expected: ExpectedVersion | None = None
) -> Meeting:
    meeting = await managed_meeting(session, actor, meeting_id)
    if expected is not None:
        expected.check(meeting.version)
    if obstacle := state_obstacle(meeting.state, "changed"):
        raise Conflict(obstacle, rule="F9")
    return meeting
