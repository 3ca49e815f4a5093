"""What happens by the clock: a timer runs on one replica at a time, once only in effect."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from beatbook.kit.clock import Clock
from beatbook.kit.db import Database
from beatbook.kit.settings import ServiceSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WorkerContext:
    """What a timer works with."""

    database: Database
    settings: ServiceSettings
    clock: Clock


@dataclass(frozen=True)
class Timer:
    """A piece of work repeated by the clock; `run` opens its transactions and bears being run twice, even at once."""

    name: str
    every: timedelta
    run: Callable[[WorkerContext], Awaitable[None]]


async def run_timers(timers: Sequence[Timer], service: str, context: WorkerContext) -> None:
    """Run a service's timers until cancelled, one after the other; a failure waits for the timer's next turn."""
    due = dict.fromkeys(range(len(timers)), 0.0)
    while True:
        try:
            async with context.database.leases.held(f"timers:{service}"):
                while True:
                    number = min(due, key=due.__getitem__)
                    await asyncio.sleep(max(0.0, due[number] - time.monotonic()))
                    due[number] = time.monotonic() + timers[number].every.total_seconds()
                    await _turn(timers[number], context)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            log.warning("timers pause: %s", type(error).__name__)
            await asyncio.sleep(1)


async def _turn(timer: Timer, context: WorkerContext) -> None:
    try:
        await timer.run(context)
    except Exception as error:
        log.error("timer %s failed", timer.name, exc_info=error)
