"""Applying events to a reader's own tables: once in effect, in order, the checkpoint in the same transaction.

Rule X1. What cannot be applied is parked, and with it what follows on the same aggregate; the stream goes on.
"""

import logging
from asyncio import get_running_loop, sleep
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from pydantic import ValidationError

from beatbook.contracts.catalogue import EVENTS
from beatbook.contracts.envelope import Event, Received
from beatbook.kit import telemetry, tracing
from beatbook.kit.arriving import Arrived, decode
from beatbook.kit.failpoints import Step, passing
from beatbook.kit.forward import pass_over

log = logging.getLogger(__name__)

Handler = Callable[[asyncpg.Connection, Sequence[Received[Any]]], Awaitable[None]]

ATTEMPTS = 3
PATIENCE_SECONDS = 60.0
_OUTAGES = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    ConnectionError,
    TimeoutError,
    # another held for too long what this needed, or the server has nothing left: no event's fault either
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)


def database_is_away(db: asyncpg.Connection, error: Exception) -> bool:
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


class Behind(Exception):
    """The checkpoint is not where this reader left it, or the log doesn't have what is missing yet: start over."""


def in_groups(events: Sequence[Arrived]) -> list[list[Arrived]]:
    """Events of one type together, the order of each aggregate kept: what handlers take at once, in this order.

    An event joins the last group of its type, unless one of its aggregate's is in a later group already.
    """
    groups: list[list[Arrived]] = []
    last_of_type: dict[str, int] = {}
    last_of_subject: dict[str, int] = {}
    for event in events:
        place = last_of_type.get(event.type, -1)
        if place < last_of_subject.get(event.subject, 0):
            place = last_of_type[event.type] = len(groups)
            groups.append([])
        groups[place].append(event)
        last_of_subject[event.subject] = place
    return groups


async def apply_events(db: asyncpg.Connection, consumer: Consumer, events: Sequence[Arrived]) -> None:
    """Apply events, each aggregate's in order, in groups of one type; raises what a handler raises."""
    for group in in_groups(events):
        kind = EVENTS.get(group[0].type)
        handler = consumer.handlers.get(kind) if kind else None
        if kind is None:
            pass_over(consumer.name, consumer.handlers, group[0].type, len(group))
        if kind is None or handler is None:
            continue
        with tracing.processing(consumer.name, kind.wire_type(), (event.traceparent for event in group)):
            await handler(db, decode(kind, group))


class Applier:
    """Applies one consumer's events in order, from its checkpoint on."""

    def __init__(self, consumer: Consumer, *, attempts: int = ATTEMPTS, skipped: Collection[int] = ()) -> None:
        self.consumer = consumer
        self.checkpoint = 0
        self._attempts, self._skipped = attempts, frozenset(skipped)
        self._patient_from = 0.0

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
        """Apply events that follow the checkpoint; raises `Behind` when another has moved it.

        When they can't be applied together, each half is tried for itself, so that few wait for the one that fails.
        """
        if not events:
            return
        try:
            await self._apply_together(db, events)
        except Behind:
            raise
        except Exception as error:
            if database_is_away(db, error):
                raise
            log.warning("%d events could not be applied together: %s", len(events), type(error).__name__)
            if len(events) == 1:
                await self._apply_alone(db, events[0], error)
            else:
                middle = len(events) // 2
                await self.apply(db, events[:middle])
                await self.apply(db, events[middle:])
        self.checkpoint = events[-1].position

    async def apply_log(self, db: asyncpg.Connection, events: Sequence[Arrived]) -> None:
        """Apply events that follow the checkpoint in their owner's log: what is missing there is missing for good."""
        fresh: list[Arrived] = []
        for event in events:
            if event.position > (fresh[-1].position if fresh else self.checkpoint) + 1:
                await self.apply(db, fresh)
                await self.pass_over(db, event.position - 1)
                fresh = []
            fresh.append(event)
        await self.apply(db, fresh)

    async def pass_over(self, db: asyncpg.Connection, position: int) -> None:
        """Go on after a position: the owner's log, restored from an earlier day, has no events up to there."""
        name, source = self.consumer.name, self.consumer.source
        log.critical("consumer %s: the log of %s lacks events %d to %d", name, source, self.checkpoint + 1, position)
        await self._move(db, self.checkpoint, position)
        self.checkpoint = position

    async def _apply_together(self, db: asyncpg.Connection, events: Sequence[Arrived]) -> None:
        async with db.transaction():
            waiting = await self._move(db, events[0].position - 1, events[-1].position)
            await apply_events(db, self.consumer, await self._unparked(db, events, look=waiting))
            passing(Step.CONSUMER_APPLIED)
        passing(Step.CONSUMER_COMMITTED)

    async def _apply_alone(self, db: asyncpg.Connection, event: Arrived, error: Exception) -> None:
        """Try an event that failed again a few times, then park it with its error."""
        with tracing.within(event.traceparent):
            await self._try_again(db, event, error)

    async def _try_again(self, db: asyncpg.Connection, event: Arrived, error: Exception) -> None:
        pauses = self._pauses()
        for attempt in range(1, self._attempts):
            if pauses:
                await sleep(0.1 * 4**attempt)
            try:
                return await self._apply_together(db, [event])
            except Behind:
                raise
            except Exception as another:  # a poison event must not stop the stream
                if database_is_away(db, another):
                    raise
                error = another
        log.error("parking event %s", event.id, exc_info=error)
        async with db.transaction():
            await self._move(db, event.position - 1, event.position)
            await self._park(db, [event], reason(error))
        telemetry.parked(self.consumer.name, self.consumer.source)
        return None

    def _pauses(self) -> bool:
        """Whether to give what failed time to mend by itself: once a minute, however many aggregates fail."""
        now = get_running_loop().time()
        if self._attempts == 1 or now < self._patient_from:
            return False
        self._patient_from = now + PATIENCE_SECONDS
        return True

    async def _move(self, db: asyncpg.Connection, before: int, position: int) -> bool:
        """Move the checkpoint on to a position; whether anything is parked. Raises `Behind` when it was elsewhere.

        What is parked was looked up before this waited for the row; since then some may have been retried, none added.
        The commit waits for no disk: what a crash of the server takes back goes with its checkpoint, and is read again.
        """
        waiting: bool | None = await db.fetchval(
            """update checkpoints set position = $1 where consumer = $2 and source = $3 and position = $4
               returning exists (select from parked_events where consumer = $2 and source = $3),
                         set_config('synchronous_commit', 'off', true)""",
            position, self.consumer.name, self.consumer.source, before,
        )  # fmt: skip
        if waiting is None:
            raise Behind
        return waiting

    async def _unparked(self, db: asyncpg.Connection, events: Sequence[Arrived], *, look: bool) -> Sequence[Arrived]:
        """The events whose aggregate has nothing parked; the others are parked behind it, in order."""
        if self._skipped:
            events = [event for event in events if event.position not in self._skipped]
        if not look:
            return events
        rows = await db.fetch(
            "select distinct subject from parked_events where consumer = $1 and source = $2 and subject = any($3)",
            self.consumer.name, self.consumer.source, list({event.subject for event in events}),
        )  # fmt: skip
        waiting = {row["subject"] for row in rows}
        held = [event for event in events if event.subject in waiting]
        await self._park(db, held, "waits for an earlier event of the same aggregate")
        return [event for event in events if event.subject not in waiting]

    async def _park(self, db: asyncpg.Connection, events: Sequence[Arrived], error: str) -> None:
        await db.executemany(
            """insert into parked_events
               (consumer, source, position, id, type, subject, area, time, actor, data, traceparent, error)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11, $12)""",
            [
                (
                    self.consumer.name, self.consumer.source, event.position, event.id, event.type, event.subject,
                    event.area, event.time, event.actor, _text(event.json), event.traceparent, error,
                )
                for event in events
            ],
        )  # fmt: skip


def _text(data: bytes | dict[str, Any]) -> str:
    """An event's data for the parking place; what is no JSON, or none PostgreSQL holds, is left in its owner's log."""
    try:
        if not isinstance(data, bytes):
            data = orjson.dumps(data)
        orjson.loads(data)
        return "{}" if b"\\u0000" in data else data.decode()
    except ValueError:
        return "{}"


def reason(error: Exception) -> str:
    """The error without any value of the event or of a row in it. Rule X5."""
    if isinstance(error, ValidationError):
        places = [".".join(map(str, item["loc"])) for item in error.errors(include_input=False, include_url=False)]
        return f"breaks its contract at {', '.join(filter(None, places)) or 'its root'}"
    return type(error).__name__
