"""What happens by the clock: a timer runs on one replica at a time, once only in effect."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from beatbook.kit.clock import Clock
from beatbook.kit.db import Database
from beatbook.kit.locks import held_lock
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
    """A piece of work repeated by the clock; `run` opens its own transactions and must bear being run twice."""

    name: str
    every: timedelta
    run: Callable[[WorkerContext], Awaitable[None]]


async def run_timer(timer: Timer, service: str, context: WorkerContext) -> None:
    """Run a timer until cancelled; a failure waits for the next turn."""
    while True:
        try:
            async with held_lock(context.database, f"timer:{service}:{timer.name}") as connection:
                while True:
                    await timer.run(context)
                    await asyncio.sleep(timer.every.total_seconds())
                    await connection.execute("select 1")
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            log.warning("timer %s pauses: %s", timer.name, type(error).__name__)
            await asyncio.sleep(1)
        except Exception as error:
            log.error("timer %s failed", timer.name, exc_info=error)
            await asyncio.sleep(timer.every.total_seconds())
