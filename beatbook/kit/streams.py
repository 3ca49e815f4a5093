"""Reading a stream in order, with no more in memory than was asked for. Rules X1, X3, ADR 0012.

The broker sends only what it was given credit for: a reader that is slow, or whose database is away, holds a bounded
number of messages and bytes, and the rest waits in the stream.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from beatbook.kit.broker import Broker, stream_name

log = logging.getLogger(__name__)

PULL = 1000
"""Messages asked for at once."""
PULL_BYTES = 4 << 20
"""Bytes of one pull; more than one message may have."""
PENDING = 4 * PULL
"""Most messages that wait in memory or are on their way there; so `4 * PULL_BYTES` is the most they weigh."""
_PULL_NANOSECONDS = 30 * 10**9
_FORGOTTEN_SECONDS = 60.0
"""How long the broker keeps the place of a reader that asks for nothing, such as one that was killed."""
_HARMLESS = ("100", "404", "408")
_PULL_IS_FULL = ("batch completed", "message size exceeds maxbytes")


class StreamLost(Exception):
    """The broker has forgotten this reader, or was away: start over from the checkpoint."""


class StreamReader:
    """The messages of a service's stream, from where it was `opened` on."""

    def __init__(self, broker: Broker, subject: str) -> None:
        self._broker, self._subject = broker, subject
        self.inbox = broker.client.new_inbox()
        self._arrived: deque[Msg] = deque()
        self._news = asyncio.Event()
        self._credit = 0
        self._lost: str | None = None

    @property
    def pending(self) -> int:
        """Messages that have arrived and were not taken yet."""
        return len(self._arrived)

    async def take(self, limit: int, patience: float) -> list[Msg]:
        """Up to `limit` messages as soon as there is one; none after `patience` seconds.

        Raises `StreamLost` when what arrived before that has been taken.
        """
        if self._lost is None:
            await self._ask()
        if not self._arrived and self._lost is None:
            self._news.clear()
            try:
                async with asyncio.timeout(patience):
                    await self._news.wait()
            except TimeoutError:
                return []
        if not self._arrived and self._lost is not None:
            raise StreamLost(self._lost)
        return [self._arrived.popleft() for _ in range(min(limit, len(self._arrived)))]

    async def _ask(self) -> None:
        """Give the broker credit for as much as there is room for."""
        pull = {"batch": PULL, "max_bytes": PULL_BYTES, "expires": _PULL_NANOSECONDS}
        while self._credit + len(self._arrived) <= PENDING - PULL:
            self._credit += PULL
            await self._broker.client.publish(self._subject, orjson.dumps(pull), reply=self.inbox)

    async def heard(self, message: Msg) -> None:
        """Take in a message, or the broker's word on a pull, which is a status without data."""
        if self._lost is not None:
            return
        headers = message.headers or {}
        if message.data or "Status" not in headers:
            self._credit -= 1
            self._arrived.append(message)
            if len(self._arrived) == 1:
                self._news.set()
            return
        status, told = headers.get("Status", ""), headers.get("Description", "").lower()
        self._credit -= int(headers.get("Nats-Pending-Messages", "0"))
        if status in _HARMLESS or told in _PULL_IS_FULL:
            await self._ask()
        else:
            self.lose(f"{status} {told}")

    def lose(self, why: str = "the connection was broken") -> None:
        """Note that what was on its way may be lost."""
        self._lost = why
        self._news.set()


@asynccontextmanager
async def opened(broker: Broker, service: str, *, start: int) -> AsyncIterator[StreamReader]:
    """Read a service's stream from a sequence on; the broker notes the place in memory only, for this reader alone."""
    stream = stream_name(service)
    place = await broker.jetstream_of(service).add_consumer(
        stream,
        ConsumerConfig(
            ack_policy=AckPolicy.NONE,
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=start,
            inactive_threshold=_FORGOTTEN_SECONDS,
            mem_storage=True,
            num_replicas=1,
        ),
    )
    reader = StreamReader(broker, f"{broker.api_of(service)}.CONSUMER.MSG.NEXT.{stream}.{place.name}")
    subscription = await broker.client.subscribe(reader.inbox, cb=reader.heard)
    broker.on_loss.append(reader.lose)
    try:
        yield reader
    finally:
        broker.on_loss.remove(reader.lose)
        try:
            await subscription.unsubscribe()
        except NatsError:
            log.debug("the subscription was gone already")
