"""raiseConcern. Rule F14."""

import strawberry
from strawberry import relay

from gateway.context import Info
from gateway.mutations.targets import id_of, once
from gateway.types.concerns import Concern
from gateway.types.forum import Meeting


@strawberry.input
class RaiseConcernInput:
    """A concern that was raised at a meeting. The same `key` brings it in once, however often it is sent.

    `text` is what was said, without names. Who gives no name at all raises a concern on its area's page, which shows
    the code to follow it by.
    """

    meeting: relay.GlobalID
    category: str = strawberry.field(description="A code such as road_safety.")
    text: str
    wish: str | None = None
    place: str | None = None
    key: str | None = None


async def raise_concern(info: Info, input: RaiseConcernInput) -> Concern:
    """Bring in a concern that was raised at a meeting; it waits for triage within the days the forum agreed on."""
    meeting = await info.context.loaders.meeting.load(id_of(input.meeting, Meeting))
    body = {
        "meeting_id": str(meeting.id),
        "category": input.category,
        "text": input.text,
        "wish": input.wish,
        "place": input.place,
    }
    client, forum = info.context.services.forum, str(meeting.forum_id)
    return await client.raise_concern(forum, body, once(input.key))  # type: ignore[return-value]  # record
