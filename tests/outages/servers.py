"""Servers that a test may kill, freeze, thaw and start again on the same port: a file's own, never the shared ones."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from beatbook.runtime.nats import NatsServer
from beatbook.runtime.ports import free_port
from beatbook.runtime.postgres import PostgresServer
from tests.servers import ACCOUNTS, HASTY, PASSWORD, reach_nats, reach_postgres


@dataclass
class Mortal:
    """A server process, with whatever it has started."""

    start: Callable[[], int]
    reach: Callable[[], None]
    pid: int | None = None
    frozen: bool = False

    def revive(self) -> None:
        """Have it run and answer, whatever was done to it."""
        self.raise_up()
        self.reach()

    def raise_up(self) -> None:
        """Have it run again; it answers soon. Only in the main thread: it ends with the thread that starts it."""
        if self.frozen:
            self.thaw()
        if self.pid is None:
            self.pid = self.start()

    def kill(self) -> None:
        """End it at once, as a machine that fails does."""
        assert self.pid is not None
        pid, self.pid, self.frozen = self.pid, None, False
        for process in (pid, *children(pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        os.waitpid(pid, 0)

    def freeze(self) -> None:
        """Stop it where it is: its sockets stay open, and the kernel still takes connections for it."""
        self.frozen = True
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if nothing had been."""
        self.frozen = False
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        assert self.pid is not None
        for process in (self.pid, *children(self.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


@contextlib.contextmanager
def mortal_postgres(directory: Path) -> Iterator[tuple[Mortal, str]]:
    """A PostgreSQL server of one's own, and its administrator's URL."""
    settings = HASTY | {"synchronous_commit": "on"}  # what was answered outlives the server's process
    server = PostgresServer(
        directory / "postgres", free_port(), PASSWORD, directory / "postgres.log", settings=settings
    )
    yield from _living(Mortal(server.start, lambda: asyncio.run(reach_postgres(server.admin_url))), server.admin_url)


@contextlib.contextmanager
def mortal_nats(directory: Path) -> Iterator[tuple[Mortal, list[str]]]:
    """A NATS server of one's own, and its accounts' URLs."""
    server = NatsServer(directory / "nats", free_port(), PASSWORD, directory / "nats.log", more_accounts=ACCOUNTS)
    urls = [server.url_of(user, password) for user, password in ACCOUNTS.items()]
    yield from _living(Mortal(server.start, lambda: asyncio.run(reach_nats(urls[0]))), urls)


def _living(server: Mortal, where: object) -> Iterator[tuple[Mortal, object]]:
    server.revive()
    try:
        yield server, where
    finally:
        if server.pid is not None:
            server.kill()
