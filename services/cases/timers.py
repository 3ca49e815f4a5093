"""What the cases service does by the clock: each timer opens its own transaction, and is once only in effect."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.sealing import KeyRing
from beatbook.kit.timers import Timer, WorkerContext
from services.cases.agreements.reminders import remind_of_terms
from services.cases.audit.commands import seal
from services.cases.base import CLOCK
from services.cases.complaints.reminders import forget_networks, remind_of_complaints
from services.cases.critical.reminders import remind_of_reviews
from services.cases.followups.commands import ask_due
from services.cases.incidents.commands import forget_refusals
from services.cases.links.commands import tell_of_all
from services.cases.patterns.scanning import scan_all
from services.cases.plans.reminders import remind_of_plans
from services.cases.problems.sealing import seal_old_cases
from services.cases.referrals.expiry import expire_due
from services.cases.retention.commands import destroy_keys_again, enter_in_ledger, expunge_again, expunge_due, settle
from services.cases.retention.ledger import Ledger
from services.cases.retention.queries import load_schedule
from services.cases.settings import CasesSettings
from services.cases.victims.reminders import remind_of_promises


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


def in_turns_with_keys(
    command: Callable[[AsyncSession, Actor, datetime, KeyRing], Awaitable[bool]],
) -> Callable[[WorkerContext], Awaitable[None]]:
    """The same for a command that seals or unseals: a worker makes its own ring of keys."""

    async def run(context: WorkerContext) -> None:
        assert isinstance(context.settings, CasesSettings)
        vault = KeyRing(context.settings.key_secrets)
        await in_turns(lambda session, actor, now: command(session, actor, now, vault))(context)

    return run


OFTEN = timedelta(minutes=10)


async def keep_ledger(context: WorkerContext) -> None:
    """Expunge again what a copy of the database brought back; then enter in the ledger what was expunged since.

    A key alone that was put back is destroyed with it.
    """
    assert isinstance(context.settings, CasesSettings)
    ledger = Ledger(context.settings.expunged_ledger)
    await in_turns(lambda session, actor, now: expunge_again(session, actor, now, ledger))(context)
    async with context.database.sessions.begin() as session:
        await destroy_keys_again(session)
        await enter_in_ledger(session, ledger)


async def keep_to_periods(context: WorkerContext) -> None:
    """Bring all last days in line with the periods in force, and expunge the cases whose last day is over."""
    assert isinstance(context.settings, CasesSettings)
    schedule = load_schedule(context.settings.retention_rules)
    async with context.database.sessions.begin() as session:
        await settle(session, schedule)
    await in_turns(expunge_due)(context)


TIMERS: tuple[Timer, ...] = (
    # the first of all when a worker starts: the database may just have been restored
    Timer(name="expunged-ledger", every=timedelta(minutes=1), run=keep_ledger),
    Timer(name="audit-seal", every=OFTEN, run=in_turns(seal)),
    Timer(name="retention", every=timedelta(hours=1), run=keep_to_periods),
    Timer(name="critical-reviews", every=OFTEN, run=in_turns(remind_of_reviews)),
    Timer(name="plans-overdue", every=OFTEN, run=in_turns(remind_of_plans)),
    # at once when a worker starts, after the migration that left something to seal
    Timer(name="seal-old-cases", every=timedelta(minutes=1), run=in_turns_with_keys(seal_old_cases)),
    Timer(name="diversion-terms", every=OFTEN, run=in_turns(remind_of_terms)),
    Timer(name="diversion-follow-ups", every=timedelta(hours=1), run=in_turns(ask_due)),
    Timer(name="patterns", every=timedelta(seconds=10), run=scan_all),
    Timer(name="forget-refusals", every=timedelta(hours=1), run=in_turns(forget_refusals)),
    Timer(name="complaints-overdue", every=OFTEN, run=in_turns(remind_of_complaints)),
    Timer(name="promises-to-victims", every=OFTEN, run=in_turns(remind_of_promises)),
    Timer(name="forget-networks", every=timedelta(minutes=1), run=forget_networks),
    Timer(name="referrals-expired", every=timedelta(minutes=1), run=in_turns(expire_due)),
    # what the clock moved, and what moved with another case
    Timer(name="concerns-told", every=timedelta(minutes=1), run=in_turns(tell_of_all)),
)
