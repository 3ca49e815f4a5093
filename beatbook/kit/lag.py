"""How far behind everything is: gauges that stay right when nothing moves. Rule X5, ARCHITECTURE 10.

Measured beside the work, not by it: a relay that waits for the broker and a consumer that is stuck are what they are
for. A consumer's checkpoint is held against the owner's own log, over HTTP, events not yet published included; ages are
worked out when a gauge is read, so that they grow even while nothing can be asked.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
import asyncpg
from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation
from pydantic import ValidationError

from beatbook.kit import telemetry
from beatbook.kit.applying import Consumer
from beatbook.kit.db import Database
from beatbook.kit.feed import FeedReader, standing
from beatbook.kit.service import Service

log = logging.getLogger(__name__)

EVERY_SECONDS = 5.0
PATIENCE_SECONDS = 4.0

_CONSUMERS = """
    select consumer, source, position, parked.events as parked, parked.since as parked_since, skipped.events as skipped
    from checkpoints,
    lateral (select count(*) as events, min(parked_at) as since from parked_events p
             where p.consumer = checkpoints.consumer and p.source = checkpoints.source) as parked,
    lateral (select count(*) as events from skipped_events s
             where s.consumer = checkpoints.consumer and s.source = checkpoints.source) as skipped
"""


@dataclass
class Reading:
    """What is known of one consumer; an age is counted from the time of the first event not yet applied."""

    checkpoint: int = 0
    head: int = 0
    next_at: datetime | None = None
    parked: int = 0
    parked_since: datetime | None = None
    skipped: int = 0
    measured_at: float = 0.0


@dataclass
class Waiting:
    """What is known of one log: events that the broker has not acknowledged, and when the first of them happened."""

    events: int = 0
    since: datetime | None = None


@dataclass
class Board:
    """What the gauges of this process are read from."""

    consumers: dict[tuple[str, str], Reading] = field(default_factory=dict)
    logs: dict[str, Waiting] = field(default_factory=dict)


_board = Board()


async def measure(service: Service, database: Database, feed: FeedReader) -> None:
    """Measure until cancelled, through outages of everything; what can't be asked stays as it was last known."""
    readings = {(consumer.name, consumer.source): Reading() for consumer in service.consumers}
    _board.consumers.update(readings)
    _board.logs[service.name] = Waiting()
    telemetry.at_zero(service.name, readings)
    try:
        while True:
            known = await _own(service.name, database, readings)
            await asyncio.gather(*(_source(consumer, readings, feed, known=known) for consumer in service.consumers))
            await asyncio.sleep(EVERY_SECONDS)
    finally:
        for key in readings:
            _board.consumers.pop(key, None)
        _board.logs.pop(service.name, None)


async def _own(service: str, database: Database, readings: dict[tuple[str, str], Reading]) -> bool:
    """Read this service's own database; whether it answered."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), database.plain() as db:
            rows = await db.fetch(_CONSUMERS)
            unpublished = await standing(db, None)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
        log.warning("how far %s is behind is not known just now: %s", service, type(error).__name__)
        return False
    _board.logs[service] = Waiting(unpublished.events, unpublished.next_at)
    for row in rows:
        if (reading := readings.get((row["consumer"], row["source"]))) is not None:
            reading.checkpoint, reading.skipped = row["position"], row["skipped"]
            reading.parked, reading.parked_since = row["parked"], row["parked_since"]
    return True


async def _source(
    consumer: Consumer, readings: dict[tuple[str, str], Reading], feed: FeedReader, *, known: bool
) -> None:
    """Ask a log's owner how far it has come, and which event the consumer waits for."""
    reading = readings[consumer.name, consumer.source]
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            found = await feed.standing(consumer.source, reading.checkpoint)
    except (aiohttp.ClientError, OSError, TimeoutError, ValidationError) as error:
        log.warning("the head of %s is not known just now: %s", consumer.source, type(error).__name__)
        return
    reading.head, reading.next_at = reading.checkpoint + found.events, found.next_at
    if known:
        reading.measured_at = time.time()


def _age(since: datetime | None) -> float:
    return max(0.0, (datetime.now(UTC) - since).total_seconds()) if since else 0.0


Callback = Callable[[CallbackOptions], Iterable[Observation]]


def _of_consumers(value: Callable[[Reading], float]) -> list[Callback]:
    def observe(_: CallbackOptions) -> Iterator[Observation]:
        for (consumer, source), reading in list(_board.consumers.items()):
            if reading.measured_at:
                yield Observation(value(reading), {"consumer": consumer, "source": source})

    return [observe]


def _of_logs(value: Callable[[Waiting], float]) -> list[Callback]:
    def observe(_: CallbackOptions) -> Iterator[Observation]:
        for service, waiting in list(_board.logs.items()):
            yield Observation(value(waiting), {"service": service})

    return [observe]


_meter = metrics.get_meter("beatbook")
_meter.create_observable_gauge(
    "beatbook_events_waiting",
    _of_logs(lambda waiting: waiting.events),
    description="committed events that the broker has not acknowledged",
)
_meter.create_observable_gauge(
    "beatbook_events_waiting_seconds",
    _of_logs(lambda waiting: _age(waiting.since)),
    description="age of the oldest of them",
)
_meter.create_observable_gauge(
    "beatbook_consumer_lag_positions",
    _of_consumers(lambda reading: max(0, reading.head - reading.checkpoint)),
    description="events of the owner's log that a consumer is not done with",
)
_meter.create_observable_gauge(
    "beatbook_consumer_lag_seconds",
    _of_consumers(lambda reading: _age(reading.next_at)),
    description="age of the oldest of them; 0 when there is none",
)
_meter.create_observable_gauge(
    "beatbook_consumer_lag_measured_timestamp_seconds",
    _of_consumers(lambda reading: reading.measured_at),
    description="when checkpoint and owner's log were last both read, Unix time",
)
_meter.create_observable_gauge(
    "beatbook_consumer_parked",
    _of_consumers(lambda reading: reading.parked),
    description="events set aside now",
)
_meter.create_observable_gauge(
    "beatbook_consumer_parked_seconds",
    _of_consumers(lambda reading: _age(reading.parked_since)),
    description="for how long the oldest of them has been set aside",
)
_meter.create_observable_counter(
    "beatbook_events_skipped",
    _of_consumers(lambda reading: reading.skipped),
    description="parked events given up by an operator",
)
