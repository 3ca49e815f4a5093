"""What the forum service does by the clock: each timer opens its own transaction, and is once only in effect."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.timers import Timer, WorkerContext
from services.forum.base import CLOCK
from services.forum.consultations.commands import remind_all as remind_of_groups
from services.forum.decisions.reminders import remind_of_decisions
from services.forum.invitations.notices import forget_addresses, queue_notices
from services.forum.meetings.reminders import remind_of_intervals
from services.forum.members.reminders import remind_of_police_chairs
from services.forum.minutes.reminders import remind_of_minutes
from services.forum.receipts.commands import forget_networks
from services.forum.representation.commands import review_all
from services.forum.series.commands import plan_all_ahead
from services.forum.signals.commands import assess_all
from services.forum.triage.cases import take_buckets
from services.forum.triage.commands import notice_overdue


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

TIMERS: tuple[Timer, ...] = (
    Timer(name="invitations", every=timedelta(seconds=10), run=queue_notices),
    Timer(name="mail-addresses", every=timedelta(hours=1), run=forget_addresses),
    Timer(name="series", every=timedelta(hours=1), run=plan_all_ahead),
    # each night, and each hour of the day too: a country's midnight is not ours, and nobody is missed by a pause
    Timer(name="warning-signals", every=timedelta(hours=1), run=assess_all),
    Timer(name="absent-groups", every=timedelta(hours=6), run=review_all),
    Timer(name="overdue-concerns", every=timedelta(minutes=10), run=notice_overdue),
    Timer(name="buckets-of-cases", every=timedelta(seconds=10), run=in_turns(take_buckets)),
    Timer(name="forget-networks", every=timedelta(minutes=1), run=forget_networks),
    Timer(name="decisions-overdue", every=OFTEN, run=in_turns(remind_of_decisions)),
    Timer(name="intervals-passed", every=OFTEN, run=in_turns(remind_of_intervals)),
    Timer(name="police-chairs", every=OFTEN, run=in_turns(remind_of_police_chairs)),
    Timer(name="minutes-outstanding", every=OFTEN, run=in_turns(remind_of_minutes)),
    Timer(name="groups-not-consulted", every=timedelta(hours=12), run=remind_of_groups),
)
