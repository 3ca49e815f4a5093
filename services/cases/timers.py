"""What the cases service does by the clock: each timer opens its own transaction, and is once only in effect."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.timers import Timer, WorkerContext
from services.cases.base import CLOCK
from services.cases.critical.reminders import remind_of_reviews


def in_turns(
    command: Callable[[AsyncSession, Actor, datetime], Awaitable[bool]],
) -> Callable[[WorkerContext], Awaitable[None]]:
    """Run a command as the clock, a transaction for each turn, as long as it says that there is more."""

    async def run(context: WorkerContext) -> None:
        more = True
        while more:
            async with context.database.sessions.begin() as session:
                more = await command(session, CLOCK, context.clock())

    return run


OFTEN = timedelta(minutes=10)

TIMERS: tuple[Timer, ...] = (Timer(name="critical-reviews", every=OFTEN, run=in_turns(remind_of_reviews)),)
