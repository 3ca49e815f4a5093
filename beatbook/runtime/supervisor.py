"""Keeps child processes running, and stops them in order.

This process stays single-threaded and without an event loop, since it forks: it sleeps in `sigtimedwait`.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_WATCHED = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before a child that died is started again: longer each time it dies soon after."""
LONGEST_PAUSE_VARIABLE = "BEATBOOK_LONGEST_PAUSE"
"""Seconds at most, for tests that kill children more often than they ever die."""
HEALTHY_AFTER = 30.0
"""Seconds after which an earlier death is forgotten."""


@dataclass
class Child:
    """A process that is to run until the end: how it is started, and how it is asked to stop."""

    name: str
    start: Callable[[], int]
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 5.0
    """Seconds between asking it to stop and killing it."""
    pid: int | None = None
    deaths: int = 0
    last_status: int = 0
    """The exit status of its last end (negative: the signal that ended it)."""
    started_at: float = 0.0
    due_at: float | None = None


def pause_before_restart(deaths: int) -> float:
    """Seconds to wait after a child's n-th death in a row (1 for the first)."""
    longest = float(os.environ.get(LONGEST_PAUSE_VARIABLE) or PAUSES[-1])
    return min(longest, PAUSES[min(deaths, len(PAUSES)) - 1])


class Supervisor:
    """The children of this process, in the order in which they were started."""

    def __init__(self, changed: Callable[[Child], None] = lambda _: None) -> None:
        self.children: list[Child] = []
        self.stopping = False
        self._changed = changed
        """Called for a child that died, without its pid, and again when it was started anew."""
        self._errands: dict[int, int | None] = {}
        signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)

    def start(self, child: Child) -> None:
        """Start a child and keep it running from now on."""
        self.children.append(child)
        self._start(child)

    def begin_errand(self, pid: int) -> None:
        """Take note of a child that does one thing and ends: `errand_status` tells how it ended."""
        self._errands[pid] = None

    def errand_status(self, pid: int) -> int | None:
        """An errand's exit status (negative: the signal that ended it); None while it runs."""
        return self._errands[pid]

    def step(self, timeout: float | None) -> None:
        """Sleep until something happens or `timeout` seconds have passed; take note of it, start again what is due."""
        waits = [child.due_at - time.monotonic() for child in self.children if child.due_at is not None]
        if timeout is not None:
            waits.append(timeout)
        happened = signal.sigtimedwait(_WATCHED, max(0.0, min(waits, default=3600.0)))
        if happened is not None and happened.si_signo != signal.SIGCHLD:
            self.stopping = True
        self._reap()
        if not self.stopping:
            for child in self.children:
                if child.due_at is not None and child.due_at <= time.monotonic():
                    self._start(child)
                    self._changed(child)

    @property
    def pids(self) -> dict[str, int]:
        """The children that run just now, by name."""
        return {child.name: child.pid for child in self.children if child.pid is not None}

    def stop(self, order: Iterable[Sequence[Child]]) -> None:
        """Stop the children group after group; a second request to stop ends all patience."""
        self.stopping = True
        hurry = False
        for pid in [pid for pid, status in self._errands.items() if status is None]:
            _send(pid, signal.SIGTERM)
        for group in order:
            asked_at = time.monotonic()
            for child in group:
                child.due_at = None
                if child.pid is not None:
                    _send(child.pid, child.stop_signal)
            while any(child.pid is not None for child in group):
                for child in group:
                    if child.pid is not None and (hurry or time.monotonic() - asked_at > child.patience):
                        _send(child.pid, signal.SIGKILL)
                happened = signal.sigtimedwait(_WATCHED, 0.1)
                hurry = hurry or (happened is not None and happened.si_signo != signal.SIGCHLD)
                self._reap()
        for pid in [pid for pid, status in self._errands.items() if status is None]:
            _send(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _start(self, child: Child) -> None:
        child.due_at = None
        child.started_at = time.monotonic()
        child.pid = child.start()

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._errands:
                self._errands[pid] = os.waitstatus_to_exitcode(status)
            for child in self.children:
                if child.pid == pid:
                    self._died(child, os.waitstatus_to_exitcode(status))

    def _died(self, child: Child, status: int) -> None:
        child.pid, child.last_status = None, status
        if time.monotonic() - child.started_at > HEALTHY_AFTER:
            child.deaths = 0
        child.deaths += 1
        child.due_at = time.monotonic() + pause_before_restart(child.deaths)
        if not self.stopping:
            self._changed(child)


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
