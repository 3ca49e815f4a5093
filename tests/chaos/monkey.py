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


@dataclass
class Monkey:
    """Does harm; `find` gives the pid of a target just now (of one among several), or None."""

    seed: int
    find: Callable[[str, random.Random], int | None]
    say: Callable[[str], None]
    kills: Counter[str] = field(default_factory=Counter)
    freezes: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._deck: list[str] = []
        self._frozen: list[tuple[float, int]] = []
        self._next_at = time.monotonic()
        self._began = time.monotonic()

    def step(self) -> None:
        """Do what is due by now: wake who was frozen long enough, and harm the next."""
        now = time.monotonic()
        while self._frozen and self._frozen[0][0] <= now:
            _send(heapq.heappop(self._frozen)[1], signal.SIGCONT)
        if now < self._next_at:
            return
        if not self._deck:
            self._deck = self._random.sample(DECK, len(DECK))
        target = self._deck.pop()
        kills, seconds = self._random.random() < KILL_SHARE, self._random.uniform(0.5, LONGEST_FREEZE)
        gently = self._random.random() < 0.3
        self._next_at = now if self._random.random() < BOTH_AT_ONCE else now + self._random.uniform(0.2, 1.4)
        pid = self.find(target, self._random)
        if pid is None or not alive(pid):
            self._deck.insert(0, target)  # it is down already: its turn comes again
            self._next_at = now + 0.2
        elif kills:
            self._kill(target, pid, signal.SIGTERM if gently and target == "backend" else signal.SIGKILL)
        elif state_of(pid) != "T":
            self._freeze(target, pid, seconds)

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
