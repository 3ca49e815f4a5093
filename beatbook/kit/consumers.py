"""Consumers: another service's events, from the broker and, where it lost some, from their owner's log. ARCHITECTURE 5.

What a reader has read is the reader's own fact: a checkpoint in its database, moved in the transaction of the effects.
The broker remembers nothing for us; a position already seen is skipped, a gap is filled from the owner's log.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing

import aiohttp
import asyncpg
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from beatbook.kit import telemetry
from beatbook.kit.applying import Applier, Behind, Consumer, Handler
from beatbook.kit.arriving import Arrived
from beatbook.kit.broker import Broker
from beatbook.kit.db import Database
from beatbook.kit.feed import FeedReader
from beatbook.kit.streams import StreamLost, opened

__all__ = ["Consumer", "ConsumerRun", "Handler"]

log = logging.getLogger(__name__)

BATCH = 2000
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
                async with self._database.leases.held(f"consumer:{name}:{source}"):
                    await self._serve()
            except Exception as error:  # nothing may end a consumer for good
                expected = isinstance(
                    error, (asyncpg.PostgresError, NatsError, aiohttp.ClientError, OSError, Behind, StreamLost)
                )
                log.warning("consumer %s of %s pauses: %s", name, source, type(error).__name__, exc_info=not expected)
                await asyncio.sleep(0.5)

    async def _serve(self) -> None:
        async with self._database.plain() as db:
            await self._applier.start(db)
        await self._broker.connect()
        await self._broker.ensure_stream(self._consumer.source)
        async with opened(self._broker, self._consumer.source, start=await self._place()) as stream:
            while True:
                messages = await stream.take(BATCH, IDLE_SECONDS)
                if messages:
                    before = self._applier.checkpoint
                    events = [event for message in messages if (event := _readable(message)) is not None]
                    async with self._database.plain() as db:
                        await self._take(db, events)
                    telemetry.applied(self._consumer.name, self._consumer.source, self._applier.checkpoint - before)
                    continue
                _, last = await self._broker.last_position(self._consumer.source)
                if last != self._applier.checkpoint and not stream.pending:  # what came meanwhile is no loss
                    if last < self._applier.checkpoint:
                        await self._tell_of_a_younger_log()
                    raise Behind

    async def _tell_of_a_younger_log(self) -> None:
        """Say so when the owner's log has not given out what was read: its next events would seem known."""
        name, source, read = self._consumer.name, self._consumer.source, self._applier.checkpoint
        head = (await self._feed.after(source, read, limit=1)).head
        if head < read:
            log.critical("consumer %s has read %s up to %d, its log goes up to %d: restored?", name, source, read, head)

    async def _place(self) -> int:
        """The checkpoint's place in the stream, as far as it can be worked out.

        A wrong guess costs only time: what was seen is skipped, what is missed comes from the log.
        """
        sequence, last = await self._broker.last_position(self._consumer.source)
        return max(1, sequence - max(0, last - self._applier.checkpoint) + 1)

    async def _take(self, db: asyncpg.Connection, batch: Sequence[Arrived]) -> None:
        """Apply what is new of a batch, filling gaps from the owner's log."""
        fresh: list[Arrived] = []
        expected = self._applier.checkpoint + 1
        for event in batch:
            if event.position > expected:
                await self._applier.apply(db, fresh)
                fresh = []
                await self._fill_gap(db, event.position)
                expected = event.position
            if event.position == expected:
                fresh.append(event)
                expected += 1
        await self._applier.apply(db, fresh)

    async def _fill_gap(self, db: asyncpg.Connection, end: int) -> None:
        """Apply what comes before position `end`, from the owner's log; raises `Behind` when it is not there yet."""
        name, source = self._consumer.name, self._consumer.source
        log.warning("consumer %s of %s fills a gap before %d from the log", name, source, end)
        async with aclosing(self._feed.pages(source, self._applier.checkpoint)) as pages:
            async for page in pages:
                await self._applier.apply_log(db, [event for event in page.events if event.position < end])
                if page.events[-1].position >= end - 1:
                    break
        if self._applier.checkpoint < end - 1:
            page = await self._feed.after(source, self._applier.checkpoint, limit=1)
            if page.head < end - 1 or (page.events and page.events[0].position < end):  # the owner is not done yet
                raise Behind
            await self._applier.pass_over(db, end - 1)


def _readable(message: Msg) -> Arrived | None:
    """The event of a message; None for one that no relay of ours sent: positions tell if anything is missing then."""
    try:
        return Arrived.from_message(message)
    except (KeyError, ValueError):
        log.error("a message in %s is no event of ours; passing over it", message.subject)
        return None
