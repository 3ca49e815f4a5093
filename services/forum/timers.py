"""What the forum service does by the clock: each timer opens its own transaction, and is once only in effect."""

from beatbook.kit.timers import Timer

TIMERS: tuple[Timer, ...] = ()
