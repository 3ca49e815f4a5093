"""`beatbook serve` as an orchestrator runs it: started, told to stop, frozen."""

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from beatbook.kit.settings import HttpSettings
from beatbook.runtime.forking import die_with

BEATBOOK = str(Path(sys.executable).with_name("beatbook"))
GRACE_SECONDS = 10
PATIENCE_SECONDS = 60


def environment(settings: HttpSettings) -> dict[str, str]:
    """Settings as environment variables."""
    found = {}
    for name, value in settings.model_dump(exclude_none=True).items():
        told = value.get_secret_value() if isinstance(value, SecretStr) else value
        found[f"BEATBOOK_{name.upper()}"] = str(told)
    return found


@dataclass
class Served:
    """One process."""

    process: "subprocess.Popen[bytes]"
    url: str

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def end(self) -> int:
        """Wait for its end; its exit code (negative: the signal it died of)."""
        return self.process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """End it, whatever state it is in."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(PATIENCE_SECONDS)


def serve(name: str, settings: HttpSettings, log: Path) -> Served:
    """Start a process; it answers a moment later."""
    parent = os.getpid()
    with log.open("ab") as output:
        process = subprocess.Popen(
            [BEATBOOK, "serve", name],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | environment(settings),
            preexec_fn=lambda: die_with(parent, signal.SIGTERM),
        )
    return Served(process, f"http://{settings.host}:{settings.port}")
