"""What the forum service does by the clock: each timer opens its own transaction, and is once only in effect."""

from datetime import timedelta

from beatbook.kit.timers import Timer
from services.forum.receipts.commands import forget_networks
from services.forum.series.commands import plan_all_ahead
from services.forum.signals.commands import assess_all
from services.forum.triage.commands import notice_overdue

TIMERS: tuple[Timer, ...] = (
    Timer(name="series", every=timedelta(hours=1), run=plan_all_ahead),
    # each night, and each hour of the day too: a country's midnight is not ours, and nobody is missed by a pause
    Timer(name="warning-signals", every=timedelta(hours=1), run=assess_all),
    Timer(name="overdue-concerns", every=timedelta(minutes=10), run=notice_overdue),
    Timer(name="forget-networks", every=timedelta(minutes=1), run=forget_networks),
)
