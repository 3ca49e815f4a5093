"""Consumers: another service's events, applied once in effect and in order. Rule X1, ARCHITECTURE 5.

What a reader has read is the reader's own fact: a checkpoint in its database, moved in the transaction of the effects.
The broker remembers nothing for us; a position already seen is skipped, a gap is filled from the owner's log.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import orjson
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.api import ConsumerConfig, DeliverPolicy
from pydantic import ValidationError

from beatbook.contracts.envelope import SUBJECT_PREFIX, Event, Received
from beatbook.kit import telemetry
from beatbook.kit.broker import Broker, stream_name
from beatbook.kit.db import Database
from beatbook.kit.feed import FeedReader, decode
from beatbook.kit.locks import held_lock

log = logging.getLogger(__name__)

Handler = Callable[[asyncpg.Connection, Sequence[Received[Any]]], Awaitable[None]]

BATCH = 500
IDLE_SECONDS = 2.0
ATTEMPTS = 3
_OUTAGES = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError, OSError)


@dataclass(frozen=True)
class Consumer:
    """What a service does with another's events: handlers by event class. An event without one is passed over."""

    name: str
    source: str
    handlers: Mapping[type[Event], Handler]


@dataclass(frozen=True)
class Arrived:
    """An event as it arrived, before decoding; `data` is JSON."""

    id: UUID
    type: str
    subject: str
    area: str
    time: datetime
    actor: str
    data: bytes | dict[str, Any]
    position: int
    traceparent: str | None

    @classmethod
    def from_message(cls, message: Msg) -> "Arrived":
        """Read a CloudEvent in binary mode."""
        headers = message.headers or {}
        return cls(
            id=UUID(headers["ce-id"]),
            type=headers["ce-type"],
            subject=headers["ce-subject"],
            area=headers["ce-area"],
            time=datetime.fromisoformat(headers["ce-time"]),
            actor=headers["ce-actor"],
            data=message.data,
            position=int(headers["ce-position"]),
            traceparent=headers.get("ce-traceparent"),
        )


class Behind(Exception):
    """The checkpoint is not where this run left it, or events are missing that the log doesn't have yet: start over."""


async def apply_events(db: asyncpg.Connection, consumer: Consumer, events: Sequence[Arrived]) -> None:
    """Apply events in order, in runs of one type; raises what a handler raises."""
    for kind, run in groupby(events, key=lambda event: event.type):
        decoded = [item for item in (decode(**vars(event)) for event in run) if item is not None]
        handler = consumer.handlers.get(type(decoded[0].data)) if decoded else None
        if handler is None:
            continue
        traced = next((item.traceparent for item in decoded if item.traceparent), None)
        with telemetry.continued(f"apply {kind}", traced):
            await handler(db, decoded)


class ConsumerRun:
    """One consumer at work; `run` it in a task."""

    def __init__(self, consumer: Consumer, database: Database, broker: Broker, feed: FeedReader) -> None:
        self._consumer, self._database, self._broker, self._feed = consumer, database, broker, feed
        self._checkpoint = 0

    async def run(self) -> None:
        """Consume until cancelled, through outages of everything."""
        name, source = self._consumer.name, self._consumer.source
        while True:
            try:
                async with held_lock(self._database, f"consumer:{name}:{source}") as db:
                    self._checkpoint = await read_checkpoint(db, name, source)
                    await self._serve(db)
            except (*_OUTAGES, asyncpg.PostgresError, NatsError, aiohttp.ClientError, Behind) as error:
                log.warning("consumer %s of %s pauses: %s", name, source, type(error).__name__)
                await asyncio.sleep(0.5)

    async def _serve(self, db: asyncpg.Connection) -> None:
        await self._broker.connect()
        await self._broker.ensure_stream(self._consumer.source)
        subscription = await self._subscribe()
        try:
            while True:
                batch = await self._gather(subscription)
                if batch:
                    await self._take(db, batch)
                    continue
                _, last = await self._broker.last_position(self._consumer.source)
                if last != self._checkpoint:
                    raise Behind
        finally:
            await _drop(subscription)

    async def _subscribe(self) -> Subscription:
        """An ordered consumer from the checkpoint's place in the stream, as far as it can be worked out.

        A wrong guess costs only time: what was seen is skipped, what is missed comes from the log.
        """
        sequence, last = await self._broker.last_position(self._consumer.source)
        start = max(1, sequence - max(0, last - self._checkpoint) + 1)
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
        batch = [Arrived.from_message(first)]
        while len(batch) < BATCH and subscription.pending_msgs > 0:
            batch.append(Arrived.from_message(await subscription.next_msg(timeout=IDLE_SECONDS)))
        return batch

    async def _take(self, db: asyncpg.Connection, batch: Sequence[Arrived]) -> None:
        """Apply what is new of a batch, filling gaps from the owner's log."""
        fresh: list[Arrived] = []
        expected = self._checkpoint + 1
        for event in batch:
            if event.position > expected:
                fresh.extend(await self._missing(expected, event.position))
                expected = event.position
            if event.position == expected:
                fresh.append(event)
                expected += 1
        for start in range(0, len(fresh), BATCH):
            await self._apply(db, fresh[start : start + BATCH])

    async def _missing(self, first: int, end: int) -> list[Arrived]:
        """The events at positions `first` to before `end`, from the owner's log; raises `Behind` when it lacks them."""
        log.warning(
            "consumer %s fills a gap in %s: %d to %d", self._consumer.name, self._consumer.source, first, end - 1
        )
        found: list[Arrived] = []
        while first < end:
            events, _ = await self._feed.after(self._consumer.source, first - 1)
            if not events or events[0].position != first:
                raise Behind
            found += [Arrived(**event.model_dump(exclude={"subject"}), subject=str(event.subject))
                      for event in events if event.position < end]  # fmt: skip
            first = found[-1].position + 1
        return found

    async def _apply(self, db: asyncpg.Connection, events: Sequence[Arrived]) -> None:
        try:
            async with db.transaction():
                await self._move(db, events)
                await apply_events(db, self._consumer, await self._unparked(db, events))
        except _OUTAGES:
            raise
        except Behind:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises: find the event that does it
            log.warning("a batch failed (%s); taking its events one by one", type(error).__name__)
            for event in events:
                await self._apply_alone(db, event)
        self._checkpoint = events[-1].position
        age = (datetime.now(UTC) - events[-1].time).total_seconds()
        telemetry.applied(self._consumer.name, self._consumer.source, len(events), lag=0, seconds=age)

    async def _apply_alone(self, db: asyncpg.Connection, event: Arrived) -> None:
        """Try one event a few times with growing pauses, then park it with its error."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with db.transaction():
                    await self._move(db, [event])
                    await apply_events(db, self._consumer, await self._unparked(db, [event]))
            except (*_OUTAGES, Behind):
                raise
            except Exception as error:
                if attempt < ATTEMPTS:
                    await asyncio.sleep(0.1 * 4**attempt)
                    continue
                log.error("parking event %s", event.id, exc_info=error)
                async with db.transaction():
                    await self._move(db, [event])
                    await _park(db, self._consumer, event, _reason(error))
                telemetry.parked(self._consumer.name, self._consumer.source)
            break
        self._checkpoint = event.position

    async def _move(self, db: asyncpg.Connection, events: Sequence[Arrived]) -> None:
        """Move the checkpoint over the events; raises `Behind` when another has moved it."""
        moved = await db.execute(
            "update checkpoints set position = $1 where consumer = $2 and source = $3 and position = $4",
            events[-1].position, self._consumer.name, self._consumer.source, events[0].position - 1,
        )  # fmt: skip
        if moved != "UPDATE 1":
            raise Behind

    async def _unparked(self, db: asyncpg.Connection, events: Sequence[Arrived]) -> list[Arrived]:
        """The events whose aggregate has nothing parked; the others are parked behind it, in order."""
        parked = {
            row["subject"]
            for row in await db.fetch(
                "select distinct subject from parked_events where consumer = $1 and source = $2",
                self._consumer.name, self._consumer.source,
            )
        }  # fmt: skip
        if not parked:
            return list(events)
        for event in events:
            if event.subject in parked:
                await _park(db, self._consumer, event, "waits for an earlier event of the same aggregate")
        return [event for event in events if event.subject not in parked]


async def read_checkpoint(db: asyncpg.Connection, consumer: str, source: str) -> int:
    """The position up to which a consumer has applied a source; starts at 0."""
    await db.execute(
        "insert into checkpoints (consumer, source, position) values ($1, $2, 0) on conflict do nothing",
        consumer, source,
    )  # fmt: skip
    position: int = await db.fetchval(
        "select position from checkpoints where consumer = $1 and source = $2", consumer, source
    )
    return position


async def _park(db: asyncpg.Connection, consumer: Consumer, event: Arrived, error: str) -> None:
    data = event.data if isinstance(event.data, dict) else orjson.loads(event.data)
    await db.execute(
        """insert into parked_events
           (consumer, source, position, id, type, subject, area, time, actor, data, traceparent, error)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        consumer.name, consumer.source, event.position, event.id, event.type, event.subject, event.area, event.time,
        event.actor, data, event.traceparent, error,
    )  # fmt: skip


def _reason(error: Exception) -> str:
    """The error without any value of the event or of a row in it."""
    if isinstance(error, ValidationError):
        places = [".".join(map(str, item["loc"])) for item in error.errors(include_input=False, include_url=False)]
        return f"breaks its contract at {', '.join(places)}"
    return type(error).__name__


async def _drop(subscription: Subscription) -> None:
    try:
        await subscription.unsubscribe()
    except NatsError:
        log.debug("the subscription was gone already")
