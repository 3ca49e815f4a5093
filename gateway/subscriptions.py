"""areaEvents: what happens in an area and below it, as it happens. Rule G3."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import strawberry
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from strawberry import relay

from beatbook.contracts.areas import parse_code
from beatbook.contracts.catalogue import EVENTS, PUBLISHERS
from beatbook.contracts.envelope import SUBJECT_PREFIX
from beatbook.kit.errors import Invalid, Unauthenticated, Unavailable
from gateway.context import Caller, Info, Machinery
from gateway.followers import WAITING, Mailbox

FOLLOWED = PUBLISHERS
"""The services whose events are told, to those in their audience."""
REMEMBERED = 1_024
"""Event ids kept, so that one which the relay sends again is told once."""


@strawberry.type
class AreaEvent:
    """Something that happened: what, where and when, and the id of what it happened to. Never more."""

    id: strawberry.ID
    type: str = strawberry.field(description="The CloudEvents type, such as org.beatbook.forum.minutes.published.v1.")
    area: str
    time: datetime
    subject: str = strawberry.field(description="Id of the thing it happened to, as its service knows it.")


@strawberry.type
class Subscription:
    """What can be followed."""

    @strawberry.subscription
    async def area_events(self, info: Info, area: strawberry.ID) -> AsyncGenerator[AreaEvent, None]:
        """Events of an area (its code or id) and of everything below it, as far as the caller may hear of them.

        Ends with an error when the token ends, the reader falls far behind, or the server stops.
        """
        context = info.context
        code = area_code(str(area))
        await context.loaders.area.load(code)
        async with _heard(context.machinery, context.caller, code) as mailbox:
            async for headers in _until(mailbox, context.caller, context.machinery.clock()):
                context.renew()
                yield told(headers)


def area_code(text: str) -> str:
    """The code that an area's code or node id stands for; raises `Invalid`."""
    try:
        return parse_code(text)
    except ValueError:
        pass
    try:
        node = relay.GlobalID.from_id(text)
        if node.type_name == "Area":
            return parse_code(node.node_id)
    except ValueError:
        pass
    raise Invalid("'area' is neither an area's code, such as XK.PRI, nor an area's id.")


def may_hear(caller: Caller, headers: Mapping[str, str]) -> bool:
    """Whether an event is for this caller's ears: its type is known here, and the caller in its audience. Rule G2."""
    kind, area = EVENTS.get(headers.get("ce-type", "")), headers.get("ce-area", "")
    return kind is not None and caller.actor.may_as(kind.audience, area) and not caller.actor.may_as(kind.barred, area)


def by_its_owner(subject: str, headers: Mapping[str, str]) -> bool:
    """Whether an event came on the subject that is its type's and area's: on another, somebody else published it."""
    kind = EVENTS.get(headers.get("ce-type", ""))
    return kind is not None and subject == kind.wire_subject(headers.get("ce-area", ""))


def told(headers: Mapping[str, str]) -> AreaEvent:
    """The event of these headers."""
    return AreaEvent(
        id=strawberry.ID(headers["ce-id"]),
        type=headers["ce-type"],
        area=headers["ce-area"],
        time=datetime.fromisoformat(headers["ce-time"]),
        subject=headers["ce-subject"],
    )


@asynccontextmanager
async def _heard(machinery: Machinery, caller: Caller, area: str) -> AsyncIterator[Mailbox]:
    """The events of an area's subtree for this caller; None among them says that the reader fell behind."""
    client = machinery.broker.client
    if not machinery.broker.connected:
        raise Unavailable("Live events cannot be followed just now; the broker does not answer.")
    every = f"{SUBJECT_PREFIX}.*.*.*.{area}"
    with machinery.followers.mailbox() as mailbox:

        async def heard(message: Msg) -> None:
            headers = message.headers or {}
            if not (may_hear(caller, headers) and by_its_owner(message.subject, headers)):
                return
            if mailbox.qsize() < WAITING - 1:
                mailbox.put_nowait(headers)
            elif not mailbox.full():
                mailbox.put_nowait(None)

        subscriptions = [await client.subscribe(subject, cb=heard) for subject in (every, f"{every}.>")]
        try:
            yield mailbox
        finally:
            for subscription in subscriptions:
                with suppress(NatsError):
                    await subscription.unsubscribe()


async def _until(mailbox: Mailbox, caller: Caller, now: datetime) -> AsyncIterator[Mapping[str, str]]:
    """Each event's headers once, until the caller's token ends, the reader falls behind or the server stops."""
    seen: OrderedDict[str, None] = OrderedDict()
    left = (caller.expires_at - now).total_seconds() if caller.expires_at else None
    try:
        async with asyncio.timeout(left):
            while (headers := await mailbox.get()) is not None:
                event_id = headers.get("ce-id", "")
                if event_id in seen:
                    continue
                seen[event_id] = None
                if len(seen) > REMEMBERED:
                    seen.popitem(last=False)
                yield headers
    except TimeoutError as error:
        raise Unauthenticated("The token has ended. Subscribe again with a new one.") from error
    raise Unavailable("No more events come this way: read the area again, then subscribe anew.")
