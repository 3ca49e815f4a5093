"""Applying events to a reader's own tables: once in effect, in order, the checkpoint in the same transaction.

Rule X1. What cannot be applied is parked, and with it what follows on the same aggregate; the stream goes on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from nats.aio.msg import Msg
from pydantic import ValidationError

from beatbook.contracts.catalogue import EVENTS
from beatbook.contracts.envelope import Event, Received
from beatbook.kit import telemetry, tracing
from beatbook.kit.failpoints import Step, passing
from beatbook.kit.feed import LoggedEvent, decode

log = logging.getLogger(__name__)

Handler = Callable[[asyncpg.Connection, Sequence[Received[Any]]], Awaitable[None]]

ATTEMPTS = 3
_OUTAGES = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    ConnectionError,
)


def is_outage(db: asyncpg.Connection, error: Exception) -> bool:
    """Whether the database is away, rather than the event wrong.

    The driver's own errors don't tell: a value it can't encode is an interface error like a lost connection.
    """
    return db.is_closed() or isinstance(error, _OUTAGES)


@dataclass(frozen=True)
class Consumer:
    """What a service does with another's events: handlers by event class. An event without a handler is passed over."""

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

    @classmethod
    def from_log(cls, event: LoggedEvent) -> "Arrived":
        """Take an event of the owner's log."""
        return cls(**{**vars(event), "subject": str(event.subject)})


class Behind(Exception):
    """The checkpoint is not where this reader left it, or the log doesn't have what is missing yet: start over."""


async def apply_events(db: asyncpg.Connection, consumer: Consumer, events: Sequence[Arrived]) -> None:
    """Apply events in order, in runs of one type; raises what a handler raises."""
    for kind, run in groupby(events, key=lambda event: event.type):
        known = EVENTS.get(kind)
        handler = consumer.handlers.get(known) if known else None
        if handler is None:
            continue
        decoded = [item for item in (decode(**vars(event)) for event in run) if item is not None]
        with tracing.processing(consumer.name, kind, (item.traceparent for item in decoded)):
            await handler(db, decoded)


class Applier:
    """Applies one consumer's events in order, from its checkpoint on."""

    def __init__(self, consumer: Consumer, *, attempts: int = ATTEMPTS, skipped: Collection[int] = ()) -> None:
        self.consumer = consumer
        self.checkpoint = 0
        self._attempts, self._skipped = attempts, frozenset(skipped)

    async def start(self, db: asyncpg.Connection) -> None:
        """Find the position up to which the consumer has applied its source; 0 at first."""
        name, source = self.consumer.name, self.consumer.source
        await db.execute(
            "insert into checkpoints (consumer, source, position) values ($1, $2, 0) on conflict do nothing",
            name, source,
        )  # fmt: skip
        self.checkpoint = await db.fetchval(
            "select position from checkpoints where consumer = $1 and source = $2", name, source
        )

    async def apply(self, db: asyncpg.Connection, events: Sequence[Arrived]) -> None:
        """Apply events that follow the checkpoint without a gap; raises `Behind` when another has moved it."""
        try:
            await self._apply_together(db, events)
        except Behind:
            raise
        except Exception as error:
            if is_outage(db, error):
                raise
            log.warning("a batch failed (%s); taking its events one by one", type(error).__name__)
            for event in events:
                await self._apply_alone(db, event)
                self.checkpoint = event.position
        self.checkpoint = events[-1].position

    async def _apply_together(self, db: asyncpg.Connection, events: Sequence[Arrived]) -> None:
        async with db.transaction():
            await self._move(db, events)
            await apply_events(db, self.consumer, await self._unparked(db, events))
            passing(Step.CONSUMER_APPLIED)
        passing(Step.CONSUMER_COMMITTED)

    async def _apply_alone(self, db: asyncpg.Connection, event: Arrived) -> None:
        """Try one event a few times with growing pauses, then park it with its error."""
        with tracing.within(event.traceparent):
            await self._try_alone(db, event)

    async def _try_alone(self, db: asyncpg.Connection, event: Arrived) -> None:
        for attempt in range(1, self._attempts + 1):
            try:
                return await self._apply_together(db, [event])
            except Behind:
                raise
            except Exception as error:  # a poison event must not stop the stream
                if is_outage(db, error):
                    raise
                if attempt < self._attempts:
                    await asyncio.sleep(0.1 * 4**attempt)
                    continue
                log.error("parking event %s", event.id, exc_info=error)
                async with db.transaction():
                    await self._move(db, [event])
                    await self._park(db, event, reason(error))
                telemetry.parked(self.consumer.name, self.consumer.source)
        return None

    async def _move(self, db: asyncpg.Connection, events: Sequence[Arrived]) -> None:
        """Move the checkpoint over the events; raises `Behind` when another has moved it."""
        moved = await db.execute(
            "update checkpoints set position = $1 where consumer = $2 and source = $3 and position = $4",
            events[-1].position, self.consumer.name, self.consumer.source, events[0].position - 1,
        )  # fmt: skip
        if moved != "UPDATE 1":
            raise Behind

    async def _unparked(self, db: asyncpg.Connection, events: Sequence[Arrived]) -> list[Arrived]:
        """The events whose aggregate has nothing parked; the others are parked behind it, in order."""
        rows = await db.fetch(
            "select distinct subject from parked_events where consumer = $1 and source = $2",
            self.consumer.name, self.consumer.source,
        )  # fmt: skip
        waiting = {row["subject"] for row in rows}
        free: list[Arrived] = []
        for event in events:
            if event.position in self._skipped:
                continue
            if event.subject in waiting:
                await self._park(db, event, "waits for an earlier event of the same aggregate")
            else:
                free.append(event)
        return free

    async def _park(self, db: asyncpg.Connection, event: Arrived, error: str) -> None:
        data = event.data if isinstance(event.data, dict) else _object(event.data)
        await db.execute(
            """insert into parked_events
               (consumer, source, position, id, type, subject, area, time, actor, data, traceparent, error)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
            self.consumer.name, self.consumer.source, event.position, event.id, event.type, event.subject, event.area,
            event.time, event.actor, data, event.traceparent, error,
        )  # fmt: skip


def _object(data: bytes) -> Any:
    """An event's data for the parking place; what is no JSON is left in its owner's log."""
    try:
        return orjson.loads(data)
    except ValueError:
        return {}


def reason(error: Exception) -> str:
    """The error without any value of the event or of a row in it. Rule X5."""
    if isinstance(error, ValidationError):
        places = [".".join(map(str, item["loc"])) for item in error.errors(include_input=False, include_url=False)]
        return f"breaks its contract at {', '.join(places)}"
    return type(error).__name__
