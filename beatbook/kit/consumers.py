"""Consumers: another service's events, from the broker and, where it lost some, from their owner's log. ARCHITECTURE 5.

What a reader has read is the reader's own fact: a checkpoint in its database, moved in the transaction of the effects.
The broker remembers nothing for us; a position already seen is skipped, a gap is filled from the owner's log.
"""

import asyncio
import logging
from collections.abc import Sequence

import aiohttp
import asyncpg
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.api import ConsumerConfig, DeliverPolicy

from beatbook.contracts.envelope import SUBJECT_PREFIX
from beatbook.kit import telemetry
from beatbook.kit.applying import Applier, Arrived, Behind, Consumer, Handler
from beatbook.kit.broker import Broker, stream_name
from beatbook.kit.db import Database
from beatbook.kit.feed import FeedReader
from beatbook.kit.locks import held_lock

__all__ = ["Consumer", "ConsumerRun", "Handler"]

log = logging.getLogger(__name__)

BATCH = 500
IDLE_SECONDS = 2.0


class ConsumerRun:
    """One consumer at work; `run` it in a task."""

    def __init__(self, consumer: Consumer, database: Database, broker: Broker, feed: FeedReader) -> None:
        self._consumer, self._database, self._broker, self._feed = consumer, database, broker, feed
        self._applier = Applier(consumer)

    async def run(self) -> None:
        """Consume until cancelled, through outages of everything."""
        name, source = self._consumer.name, self._consumer.source
        while True:
            try:
                async with held_lock(self._database, f"consumer:{name}:{source}") as db:
                    await self._applier.start(db)
                    await self._serve(db)
            except Exception as error:  # nothing may end a consumer for good
                expected = isinstance(error, (asyncpg.PostgresError, NatsError, aiohttp.ClientError, OSError, Behind))
                log.warning("consumer %s of %s pauses: %s", name, source, type(error).__name__, exc_info=not expected)
                await asyncio.sleep(0.5)

    async def _serve(self, db: asyncpg.Connection) -> None:
        await self._broker.connect()
        await self._broker.ensure_stream(self._consumer.source)
        subscription = await self._subscribe()
        try:
            while True:
                batch = await self._gather(subscription)
                if batch:
                    before = self._applier.checkpoint
                    await self._take(db, batch)
                    telemetry.applied(self._consumer.name, self._consumer.source, self._applier.checkpoint - before)
                    continue
                _, last = await self._broker.last_position(self._consumer.source)
                if last != self._applier.checkpoint:
                    raise Behind
        finally:
            await _drop(subscription)

    async def _subscribe(self) -> Subscription:
        """An ordered consumer from the checkpoint's place in the stream, as far as it can be worked out.

        A wrong guess costs only time: what was seen is skipped, what is missed comes from the log.
        """
        sequence, last = await self._broker.last_position(self._consumer.source)
        start = max(1, sequence - max(0, last - self._applier.checkpoint) + 1)
        return await self._broker.jetstream.subscribe(
            f"{SUBJECT_PREFIX}.{self._consumer.source}.>",
            stream=stream_name(self._consumer.source),
            ordered_consumer=True,
            config=ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=start),
            pending_msgs_limit=-1,
            pending_bytes_limit=-1,
        )

    async def _gather(self, subscription: Subscription) -> list[Arrived]:
        """What has arrived, up to one batch; empty after a quiet while."""
        try:
            first = await subscription.next_msg(timeout=IDLE_SECONDS)
        except (NatsTimeout, TimeoutError):
            return []
        messages = [first]
        while len(messages) < BATCH and subscription.pending_msgs > 0:
            messages.append(await subscription.next_msg(timeout=IDLE_SECONDS))
        return [event for message in messages if (event := _readable(message)) is not None]

    async def _take(self, db: asyncpg.Connection, batch: Sequence[Arrived]) -> None:
        """Apply what is new of a batch, filling gaps from the owner's log."""
        fresh: list[Arrived] = []
        expected = self._applier.checkpoint + 1
        for event in batch:
            if event.position > expected:
                await self._apply(db, fresh)
                fresh = []
                await self._fill_gap(db, event.position)
                expected = event.position
            if event.position == expected:
                fresh.append(event)
                expected += 1
        await self._apply(db, fresh)

    async def _fill_gap(self, db: asyncpg.Connection, end: int) -> None:
        """Apply what comes before position `end`, from the owner's log; raises `Behind` when it has it not."""
        source = self._consumer.source
        log.warning("consumer %s of %s fills a gap before %d from the log", self._consumer.name, source, end)
        while (first := self._applier.checkpoint + 1) < end:
            events, _ = await self._feed.after(source, first - 1)
            if not events or events[0].position != first:
                raise Behind
            await self._apply(db, [Arrived.from_log(event) for event in events if event.position < end])

    async def _apply(self, db: asyncpg.Connection, events: Sequence[Arrived]) -> None:
        for start in range(0, len(events), BATCH):
            await self._applier.apply(db, events[start : start + BATCH])


def _readable(message: Msg) -> Arrived | None:
    """The event of a message; None for one that no relay of ours sent: positions tell if anything is missing then."""
    try:
        return Arrived.from_message(message)
    except (KeyError, ValueError):
        log.error("a message in %s is no event of ours; passing over it", message.subject)
        return None


async def _drop(subscription: Subscription) -> None:
    try:
        await subscription.unsubscribe()
    except NatsError:
        log.debug("the subscription was gone already")
