"""planMeeting. Rule F7."""

from datetime import datetime
from enum import StrEnum

import strawberry
from strawberry import relay

from gateway.context import Info
from gateway.mutations.targets import id_of, once
from gateway.types.forum import Forum, Meeting


@strawberry.enum
class MeetingPurpose(StrEnum):
    """What a meeting is for."""

    ACCOUNTABILITY = "accountability"
    PROBLEM_SOLVING = "problem_solving"


@strawberry.input
class TopicInput:
    """Something to be spoken about; `sensitive` marks what divides or hurts people."""

    title: str
    sensitive: bool = False


@strawberry.input
class PlanMeetingInput:
    """A meeting to be planned. The same `key` plans it once, however often it is sent."""

    forum: relay.GlobalID
    purpose: MeetingPurpose
    starts_at: datetime
    topics: list[TopicInput] = strawberry.field(default_factory=list)
    place: str | None = None
    public: bool = True
    key: str | None = None


async def plan_meeting(info: Info, input: PlanMeetingInput) -> Meeting:
    """Plan a meeting of a forum; its advisories say what to think over before inviting."""
    body = {
        "purpose": input.purpose.value,
        "starts_at": input.starts_at.isoformat(),
        "topics": [{"title": topic.title, "sensitive": topic.sensitive} for topic in input.topics],
        "place": input.place,
        "public": input.public,
    }
    headers = once(input.key)
    forum = id_of(input.forum, Forum)
    return await info.context.services.forum.plan_meeting(forum, body, headers)  # type: ignore[return-value]  # record
