"""What happens by the clock: a timer runs on one replica at a time, once only in effect."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from beatbook.kit.clock import Clock
from beatbook.kit.db import Database
from beatbook.kit.errors import is_outage
from beatbook.kit.settings import ServiceSettings

log = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0
"""Until work that found its database away is tried again."""


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
                    if not await _turn(timers[number], context):
                        due[number] = min(due[number], time.monotonic() + AGAIN_SECONDS)
        except Exception as error:  # nothing may end the timers for good
            log.warning("timers pause: %s", type(error).__name__, exc_info=not is_outage(error))
            await asyncio.sleep(1)


async def _turn(timer: Timer, context: WorkerContext) -> bool:
    """Do a timer's work; False when the database was away, which is no reason to wait for its next turn."""
    try:
        await timer.run(context)
    except Exception as error:
        if is_outage(error):
            log.warning("timer %s waits: %s", timer.name, type(error).__name__)
            return False
        log.error("timer %s failed", timer.name, exc_info=error)
    return True
