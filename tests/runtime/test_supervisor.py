"""The supervisor: what dies is started again with growing pauses, what is to stop stops within its bound."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from beatbook.runtime.forking import fork
from beatbook.runtime.supervisor import PAUSES, Child, Supervisor, pause_before_restart


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    yield Supervisor()
    while signal.sigtimedwait((signal.SIGCHLD, signal.SIGTERM, signal.SIGINT), 0):
        pass
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def until(supervisor: Supervisor, check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not check():
        assert time.monotonic() < deadline
        supervisor.step(0.05)


def test_pauses_grow_and_stay_bounded() -> None:
    assert [pause_before_restart(deaths) for deaths in range(1, 9)] == [*PAUSES, PAUSES[-1], PAUSES[-1]]


def test_a_child_that_dies_is_started_again(supervisor: Supervisor, tmp_path: Path) -> None:
    child = Child("sleeper", lambda: fork(signal.pause, log=tmp_path / "log"))
    supervisor.start(child)
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(supervisor, lambda: child.pid not in (None, first))
    assert child.deaths == 1
    supervisor.stop([[child]])
    assert child.pid is None


def test_groups_stop_in_order(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "order"

    def wait_and_tell(name: str) -> Callable[[], None]:
        def body() -> None:
            signal.sigwait([signal.SIGTERM])
            with log.open("a") as file:
                file.write(name)

        def blocked() -> None:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
            (tmp_path / name).touch()
            body()

        return blocked

    children = [Child(name, lambda n=name: fork(wait_and_tell(n), log=tmp_path / "log")) for name in "abc"]
    for child in children:
        supervisor.start(child)
    until(supervisor, lambda: all((tmp_path / child.name).exists() for child in children))
    supervisor.stop([[child] for child in reversed(children)])
    assert log.read_text() == "cba"


def test_a_child_that_ignores_sigterm_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (tmp_path / "deaf").touch()
        while True:
            signal.pause()

    child = Child("deaf", lambda: fork(ignore, log=tmp_path / "log"), patience=0.3)
    supervisor.start(child)
    until(supervisor, (tmp_path / "deaf").exists)
    supervisor.stop([[child]])
    assert child.pid is None


def test_sigterm_asks_to_stop(supervisor: Supervisor) -> None:
    signal.raise_signal(signal.SIGTERM)
    supervisor.step(5)
    assert supervisor.stopping


def test_an_errand_tells_how_it_ended(supervisor: Supervisor, tmp_path: Path) -> None:
    def fail() -> None:
        raise SystemExit(3)

    pid = fork(fail, log=tmp_path / "log")
    supervisor.begin_errand(pid)
    until(supervisor, lambda: supervisor.errand_status(pid) is not None)
    assert supervisor.errand_status(pid) == 3
