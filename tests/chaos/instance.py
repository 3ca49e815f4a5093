"""A `beatbook up` to be hurt: started as a user does, with ways to its processes, databases and streams."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from beatbook.contracts.actor import Grant
from beatbook.runtime.databases import database_of
from beatbook.runtime.forking import die_with
from beatbook.runtime.instance import Instance
from beatbook.runtime.ports import LOOPBACK, is_free
from beatbook.runtime.postgres import ADMIN
from beatbook.runtime.rights import operator_of
from beatbook.runtime.tokens import issue_token

BEATBOOK = str(Path(sys.executable).with_name("beatbook"))
PATIENCE = 180.0
T = TypeVar("T")


def wait_for(check: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """Wait until `check` gives something true."""
    deadline = time.monotonic() + patience
    while not (found := check()):
        assert time.monotonic() < deadline, f"it did not happen: {what}"
        time.sleep(0.05)
    return found


def state_of(pid: int) -> str:
    """A process's state as the kernel names it: `T` stopped, `Z` ended and not yet reaped; empty when it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


def alive(pid: int) -> bool:
    """Whether it runs, or is stopped."""
    return state_of(pid) not in ("", "Z", "X")


def spawn(command: list[str], output: Path, **environment: str) -> "subprocess.Popen[bytes]":
    """Start a process that does not outlive this one; its output is added to a file."""
    parent = os.getpid()
    with output.open("ab") as file:
        return subprocess.Popen(
            command,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=os.environ | environment,
            preexec_fn=lambda: die_with(parent, signal.SIGTERM),
        )


def free_block() -> int:
    """The first of six free ports in a row: below those of outgoing connections, apart from other test processes."""
    for base in range(10_000 + os.getpid() % 900 * 10, 20_000, 10):
        if all(is_free(base + offset) for offset in range(6)):
            return base
    raise AssertionError


@dataclass
class Up:
    """One `beatbook up` in a directory of its own."""

    directory: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    port: int = field(default_factory=free_block)

    @property
    def instance(self) -> Instance:
        return Instance(self.directory / "data")

    @property
    def _ready_file(self) -> Path:
        return self.directory / "ready.json"

    def start(self) -> None:
        """Start it and wait until all is ready."""
        self._ready_file.unlink(missing_ok=True)
        process = self.process = spawn(
            [BEATBOOK, "up", "--port", str(self.port), "--data-dir", str(self.instance.directory),
             "--ready-file", str(self._ready_file)],
            self.directory / "up.log", **self.environment,
        )  # fmt: skip
        wait_for(lambda: self._ready_file.exists() or process.poll() is not None, "`beatbook up` gets ready")
        assert process.poll() is None, (self.directory / "up.log").read_text()

    def stop(self) -> None:
        """Stop it as a user does, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _ready(self) -> dict[str, Any]:
        ready: dict[str, Any] = json.loads(self._ready_file.read_text())
        return ready

    @property
    def urls(self) -> dict[str, str]:
        return {name: url for name, url in self._ready().items() if str(url).startswith("http")}

    @property
    def pids(self) -> dict[str, int]:
        """The children that run just now; one that has just ended may still be among them."""
        return dict(self._ready()["pids"])

    def backends(self) -> list[int]:
        """PostgreSQL's processes that serve our services' connections."""
        postmaster = self.pids.get("postgres")
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == postmaster and b": beatbook_" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
        return sorted(found)

    def token(self, *grants: str, subject: str = "chaos", agency: str | None = None) -> str:
        parsed = [Grant.parse(grant) for grant in grants]
        return issue_token(self.instance, parsed, subject=subject, agency=agency, lifetime=timedelta(days=2))

    @property
    def databases(self) -> dict[str, str]:
        """Each service's database as its administrator sees it."""
        server = f"postgresql://{ADMIN}:{quote(self.instance.secret('postgres'))}@{LOOPBACK}"
        port = self.instance.last_port("postgres")
        names = ("forum", "cases", "kpi", "handover", "webhooks")
        return {name: f"{server}:{port}/{database_of(name)}" for name in names}

    def broker_url(self, service: str) -> str:
        """The broker as one who may do anything in a service's account sees it."""
        user, password = operator_of(service), self.instance.secret("nats_operator")
        return f"nats://{user}:{password}@{LOOPBACK}:{self.instance.last_port('nats')}"

    @property
    def store(self) -> Path:
        """Where the broker keeps its streams."""
        return self.instance.directory / "nats" / "jetstream"

    def ready(self) -> bool:
        """Whether every process says that it is ready."""
        return all(http_status(f"{url}/health/ready") == 200 for url in self.urls.values())

    def events(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """`beatbook events ...` on this instance."""
        return subprocess.run(
            [BEATBOOK, "events", *arguments, "--data-dir", str(self.instance.directory)],
            capture_output=True, text=True, timeout=PATIENCE, check=False, env=os.environ | environment,
        )  # fmt: skip


def http_status(url: str) -> int:
    """The status a GET is answered with; 0 when it is not answered."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0
