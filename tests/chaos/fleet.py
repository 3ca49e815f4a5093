"""The writers of a run: processes that are started again when they were killed, and finish when told to."""

import json
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.country import AREAS, Country
from tests.chaos.instance import spawn, wait_for
from tests.chaos.writers import Ack, Orders, read_journal


@dataclass
class Fleet:
    """Writers by name."""

    directory: Path
    orders: dict[str, Orders] = field(default_factory=dict)
    _running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def send(self, orders: Orders) -> None:
        """Start a writer."""
        self.orders[orders.name] = orders
        orders.save(self._file(orders.name))
        self._start(orders.name)

    def journal(self, name: str) -> Path:
        return self.directory / f"{name}.journal"

    def _file(self, name: str) -> Path:
        return self.directory / f"{name}.json"

    def _log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def _start(self, name: str) -> None:
        command = [sys.executable, "-m", "tests.chaos.writers", str(self._file(name))]
        self._running[name] = spawn(command, self._log(name))

    def any(self, chance: random.Random) -> int:
        """The pid of one of the writers."""
        return self._running[chance.choice(sorted(self._running))].pid

    def tend(self) -> None:
        """Start again who was killed; a writer that ended of itself was misled."""
        for name, process in self._running.items():
            if process.poll() is not None:
                assert process.returncode == -signal.SIGKILL, f"{name}: {self._log(name).read_text()}"
                self._start(name)

    def resume(self) -> None:
        """Start again who has finished: each goes on where it was."""
        for name in self.orders:
            self._start(name)

    def await_progress(self, commands: int) -> None:
        """Wait until so many more commands are acknowledged."""
        wanted = len(self.acknowledged()) + commands

        def done() -> bool:
            self.tend()
            return len(self.acknowledged()) >= wanted

        wait_for(done, f"{commands} more commands are acknowledged")

    def finish(self) -> None:
        """Have every writer finish its step, started again if need be; raises when one was misled."""
        self.tend()
        for name in list(self._running):
            wait_for(lambda name=name: self._handling(name), f"{name} has begun")
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for name, process in self._running.items():
            assert process.wait(180) == 0, f"{name}: {self._log(name).read_text()}"
        self._running.clear()

    def _handling(self, name: str) -> bool:
        """Whether a writer has come so far that SIGTERM lets it finish."""
        status = Path(f"/proc/{self._running[name].pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
        return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)

    def close(self) -> None:
        """End what still runs."""
        for process in self._running.values():
            process.kill()
            process.wait()
        self._running.clear()

    def acknowledged(self) -> list[Ack]:
        """All that was acknowledged, each writer's in order."""
        return [ack for name in self.orders for ack in read_journal(self.journal(name))]

    def muster(self, country: Country, kinds: Iterable[tuple[str, int, float]]) -> None:
        """Start writers: so many of each kind, with so many seconds between two steps."""
        for kind, many, pause in kinds:
            for name in (f"{kind}{number}" for number in range(many)):
                journal, forums = str(self.journal(name)), [country.forums[area] for area in AREAS]
                self.send(Orders(name, kind, country.urls, country.token, journal, AREAS, forums, pause))

    def progress(self) -> int:
        """How many commands were acknowledged."""
        return sum(path.read_bytes().count(b"\n") for path in self.directory.glob("*.journal"))

    def answers(self) -> Counter[str]:
        """How often which status was answered to writers that ended of themselves (0: no answer came)."""
        total: Counter[str] = Counter()
        for path in self.directory.glob("*.answers"):
            total.update(json.loads(path.read_text()))
        return total
