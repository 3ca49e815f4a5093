"""`beatbook up` as a user runs it: started, hurt, stopped, started again."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from beatbook.runtime.databases import SERVICES, create_databases
from beatbook.runtime.ports import is_free
from beatbook.runtime.probing import is_ready
from tests.servers import PASSWORD, Postgres

BEATBOOK = str(Path(sys.executable).with_name("beatbook"))
PATIENCE = 120.0
pytestmark = pytest.mark.timeout(600)


def free_block() -> int:
    """The first of six free ports in a row: below those of outgoing connections, apart from other test processes."""
    for base in range(10_000 + os.getpid() % 900 * 10, 20_000, 10):
        if all(is_free(base + offset) for offset in range(6)):
            return base
    raise AssertionError


def wait_for(check: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := check()):
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
    return found


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@dataclass
class Up:
    """One `beatbook up`, its directory and its port."""

    directory: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[str]" = field(init=False)

    @property
    def ready_file(self) -> Path:
        return self.directory.parent / "ready.json"

    def start(self) -> dict[str, Any]:
        ready_file = self.ready_file
        ready_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [BEATBOOK, "up", "--port", str(self.port), "--data-dir", str(self.directory),
             "--ready-file", str(ready_file)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | self.environment,
        )  # fmt: skip
        wait_for(lambda: ready_file.exists() or self.process.poll() is not None, "never ready")
        if self.process.poll() is not None:
            raise AssertionError(self.process.communicate()[0])
        ready: dict[str, Any] = json.loads(ready_file.read_text())
        return ready

    def stop(self, number: signal.Signals = signal.SIGINT) -> str:
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=PATIENCE)
        return output


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    made = Up(tmp_path / "data", free_block())
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.communicate()


def beatbook(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [BEATBOOK, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env=os.environ | environment,
    )


def get(url: str, token: str | None = None) -> int:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def test_a_life(up: Up) -> None:
    ready = up.start()
    names = ("gateway", "forum", "cases", "kpi", "handover", "webhooks")
    assert [ready[name] for name in names] == [f"http://127.0.0.1:{up.port + n}" for n in range(6)]
    assert set(ready["pids"]) == {*names, "postgres", "nats"}
    assert ready["data_dir"] == str(up.directory)
    assert ready["country"] is None
    assert all(get(f"{ready[name]}/health/ready") == 200 for name in names)

    token = beatbook("token", "--role", "council", "--area", "XK", "--data-dir", str(up.directory))
    assert token.returncode == 0
    assert token.stdout.count("\n") == 1
    assert get(f"{ready['forum']}/v1/areas", token.stdout.strip()) == 200
    assert get(f"{ready['forum']}/v1/areas", token.stdout.strip() + "x") == 401

    second = beatbook("up", "--port", str(free_block()), "--data-dir", str(up.directory))
    assert second.returncode == 1
    assert f"process {up.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr

    output = up.stop()
    assert up.process.returncode == 0
    assert "Ready" in output
    assert not up.ready_file.exists(), "nothing is ready any more"
    assert not (up.directory / "instance.json").exists()
    wait_for(lambda: not any(map(alive, ready["pids"].values())), "something was left running")

    again = up.start()
    assert get(f"{again['forum']}/v1/areas", token.stdout.strip()) == 200, "the keys are kept"
    up.stop(signal.SIGTERM)
    assert up.process.returncode == 0


@pytest.mark.parametrize("name", ["forum", "gateway", "nats", "postgres"])
def test_what_is_killed_comes_back(up: Up, name: str) -> None:
    ready = up.start()
    os.kill(ready["pids"][name], signal.SIGKILL)
    wait_for(lambda: not alive(ready["pids"][name]), "it did not die")
    for process in ("gateway", "forum", "cases", "kpi", "handover", "webhooks"):
        port = int(ready[process].rpartition(":")[2])
        wait_for(lambda port=port: is_ready(port), f"{process} is not ready again")

    def told() -> bool:
        noted = [json.loads(file.read_text())["pids"] for file in (up.ready_file, up.directory / "instance.json")]
        return all(pids.keys() == ready["pids"].keys() and pids[name] != ready["pids"][name] for pids in noted)

    wait_for(told, "its new process is not noted")
    new = json.loads(up.ready_file.read_text())["pids"][name]
    output = up.stop()
    assert up.process.returncode == 0
    assert f"{name} was ended by SIGKILL" in output
    assert f"{name} is started again, as process {new}." in output
    assert f"{name} is started again, as process {new}." in (up.directory / "logs/supervisor.log").read_text()


def test_nothing_outlives_a_supervisor_that_is_killed_and_the_data_starts_again(up: Up) -> None:
    ready = up.start()
    up.stop(signal.SIGKILL)
    wait_for(lambda: not any(map(alive, ready["pids"].values())), "something was left running")
    again = up.start()
    assert get(f"{again['forum']}/health/ready") == 200
    up.stop()


def test_servers_of_ones_own(up: Up, postgres: Postgres, nats_url: str) -> None:
    up.environment = {"BEATBOOK_DATABASE_URL": postgres.admin_url, "BEATBOOK_NATS_URL": nats_url}
    try:
        ready = up.start()
        assert set(ready["pids"]) == {"gateway", "forum", "cases", "kpi", "handover", "webhooks"}
        assert not (up.directory / "postgres").exists()
        up.stop()
        assert up.process.returncode == 0
    finally:  # the server's roles are other tests' too, and `up` gave them passwords of its own
        asyncio.run(create_databases(postgres.admin_url, dict.fromkeys(SERVICES, PASSWORD)))


def test_a_database_server_that_refuses_is_told_in_a_sentence(tmp_path: Path, postgres: Postgres) -> None:
    refused = beatbook(
        *("up", "--port", str(free_block()), "--data-dir", str(tmp_path / "data")),
        BEATBOOK_DATABASE_URL=postgres.admin_url.replace(":test@", ":wrong@"),
    )
    assert refused.returncode == 1
    assert "refuses the connection" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    port = free_block()
    with socket.create_server(("127.0.0.1", port + 3)):
        refused = beatbook("up", "--port", str(port), "--data-dir", str(tmp_path / "data"))
    assert refused.returncode == 1
    assert f"Port {port + 3} is taken" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_stopping_while_starting_leaves_nothing(up: Up) -> None:
    up.process = subprocess.Popen(
        [BEATBOOK, "up", "--port", str(up.port), "--data-dir", str(up.directory)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    wait_for((up.directory / "logs" / "postgres.log").exists, "it never began")
    output = up.stop()
    assert up.process.returncode == 0, output
    assert "Traceback" not in output
    assert all(is_free(up.port + offset) for offset in range(6))


def test_a_token_needs_an_area_and_an_instance(tmp_path: Path) -> None:
    wrong = beatbook("token", "--role", "council", "--area", "not an area", "--data-dir", str(tmp_path))
    assert wrong.returncode == 2
    missing = beatbook("token", "--role", "council", "--area", "XK", "--data-dir", str(tmp_path))
    assert missing.returncode == 1
    assert missing.stdout == ""
    assert "beatbook up" in missing.stderr
    partner = beatbook("token", "--role", "partner", "--area", "XK", "--data-dir", str(tmp_path))
    assert partner.returncode == 2


@pytest.mark.parametrize("command", [(), ("up",), ("token",), ("serve",), ("migrate",)])
def test_help_has_an_example(command: tuple[str, ...]) -> None:
    told = beatbook(*command, "--help")
    assert told.returncode == 0
    if command:
        assert "Example:" in told.stdout


def test_serve_says_which_settings_are_missing() -> None:
    refused = beatbook("serve", "forum")
    assert refused.returncode == 1
    assert "BEATBOOK_DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr
