"""Services in processes of their own, `beatbook serve`, with failpoints where a test wants them."""

import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from beatbook.kit.failpoints import VARIABLE
from tests.chaos.instance import BEATBOOK, http_status, spawn, wait_for


@dataclass
class Served:
    """One service's process, and its settings as environment."""

    name: str
    settings: dict[str, str]
    directory: Path
    process: "subprocess.Popen[bytes] | None" = None
    armed: bool = False
    _others: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings['BEATBOOK_PORT']}"

    def start(self, failpoints: str = "") -> "subprocess.Popen[bytes]":
        """Start it, in place of what ran before; what ran before is killed."""
        self.kill()
        self.armed = bool(failpoints)
        self.process = self._spawn(self.settings, failpoints)
        return self.process

    def start_another(self, port: int) -> "subprocess.Popen[bytes]":
        """Start one more worker of the same service beside it."""
        process = self._spawn(self.settings | {"BEATBOOK_PORT": str(port), "BEATBOOK_ROLE": "worker"}, "")
        self._others.append(process)
        return process

    def disarm(self) -> None:
        """Go on with the process that woke, alone."""
        self.armed = False
        self._end_others()

    def _end_others(self) -> None:
        for process in self._others:
            process.kill()
            process.wait()
        self._others.clear()

    def _spawn(self, settings: dict[str, str], failpoints: str) -> "subprocess.Popen[bytes]":
        return spawn(
            [BEATBOOK, "serve", self.name], self.directory / f"{self.name}.log", **settings, **{VARIABLE: failpoints}
        )

    def await_ready(self) -> None:
        wait_for(lambda: http_status(f"{self.url}/health/ready") == 200, f"{self.name} is ready")

    def kill(self) -> None:
        """End it and those beside it with SIGKILL."""
        self._end_others()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def died(process: "subprocess.Popen[bytes]", patience: float = 180) -> bool:
    """Whether a process dies by SIGKILL, as a failpoint has it, while we wait."""
    try:
        return process.wait(patience) == -signal.SIGKILL
    except subprocess.TimeoutExpired:
        return False
