"""The scheduler of the chaos run: kills with SIGKILL and freezes with SIGSTOP, as a seed has it."""

import contextlib
import heapq
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.instance import alive, state_of

PROCESSES = ("forum", "cases", "kpi", "handover", "webhooks", "gateway", "nats", "postgres")
DECK = (*PROCESSES, "forum", "cases", "kpi", "nats", "backend", "backend", "writer", "writer")
"""One round: every process has its turn, those between command and projection two."""
KILL_SHARE = 0.7
LONGEST_FREEZE = 8.0
"""Seconds: longer than acknowledgements, connects and requests wait, so that these time out sometimes."""
BOTH_AT_ONCE = 0.2
LEAST_WORK = 5
"""Commands between two harms, unless it takes too long."""
LONGEST_WAIT = 3.0


@dataclass
class Monkey:
    """Does harm; `find` gives the pid of a target just now (of one among several), or None."""

    seed: int
    find: Callable[[str, random.Random], int | None]
    progress: Callable[[], int]
    """How many commands were acknowledged by now."""
    say: Callable[[str], None]
    kills: Counter[str] = field(default_factory=Counter)
    freezes: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._deck: list[str] = []
        self._frozen: list[tuple[float, int]] = []
        self._next_at = time.monotonic()
        self._began = self._harmed_at = time.monotonic()
        self._done_then = 0

    def step(self) -> None:
        """Do what is due by now: wake who was frozen long enough, and harm the next."""
        now = time.monotonic()
        while self._frozen and self._frozen[0][0] <= now:
            _send(heapq.heappop(self._frozen)[1], signal.SIGCONT)
        if now < self._next_at or not (self._next_at == self._harmed_at or self._worked(now)):
            return
        if not self._deck:
            self._deck = self._random.sample(DECK, len(DECK))
        target = self._deck.pop()
        kills, seconds = self._random.random() < KILL_SHARE, self._random.uniform(0.5, LONGEST_FREEZE)
        gently = self._random.random() < 0.3
        self._harmed_at, self._done_then = now, self.progress()
        self._next_at = now if self._random.random() < BOTH_AT_ONCE else now + self._random.uniform(0.2, 1.4)
        pid = self.find(target, self._random)
        if pid is None or not alive(pid):
            self._deck.insert(0, target)  # it is down already: its turn comes again
            self._next_at = self._harmed_at = now + 0.2
        elif kills:
            self._kill(target, pid, signal.SIGTERM if gently and target == "backend" else signal.SIGKILL)
        elif state_of(pid) != "T":
            self._freeze(target, pid, seconds)

    def _worked(self, now: float) -> bool:
        """Whether something got through since the last harm: what lies on the ground loses nothing by another blow."""
        return self.progress() >= self._done_then + LEAST_WORK or now > self._harmed_at + LONGEST_WAIT

    def _kill(self, target: str, pid: int, number: signal.Signals) -> None:
        if _send(pid, number):
            self.kills[target] += 1
            self.say(f"{time.monotonic() - self._began:6.1f} s  {number.name} {target} ({pid})")

    def _freeze(self, target: str, pid: int, seconds: float) -> None:
        if _send(pid, signal.SIGSTOP):
            self.freezes[target] += 1
            heapq.heappush(self._frozen, (time.monotonic() + seconds, pid))
            self.say(f"{time.monotonic() - self._began:6.1f} s  SIGSTOP {target} ({pid}) for {seconds:.1f} s")

    def rest(self) -> None:
        """Wake everybody."""
        for _, pid in self._frozen:
            _send(pid, signal.SIGCONT)
        self._frozen.clear()


def _send(pid: int, number: signal.Signals) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False
