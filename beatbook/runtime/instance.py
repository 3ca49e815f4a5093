"""The data directory of an embedded instance: its lock, secrets, remembered ports and the places of its files."""

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beatbook.runtime.ports import free_port
from beatbook.runtime.refusal import Refusal

DEFAULT_DIRECTORY = ".beatbook"
DIRECTORY_VARIABLE = "BEATBOOK_DATA_DIR"


def data_directory(given: Path | None) -> Path:
    """The data directory: the one given, else BEATBOOK_DATA_DIR, else `.beatbook` here; absolute."""
    return (given or Path(os.environ.get(DIRECTORY_VARIABLE) or DEFAULT_DIRECTORY)).resolve()


@dataclass(frozen=True)
class Instance:
    """One installation on this machine, by its data directory."""

    directory: Path

    @property
    def jwks(self) -> Path:
        """The public keys with which tokens of this instance are checked."""
        return self.directory / "jwks.json"

    @property
    def signing_key(self) -> Path:
        """The private key with which this instance signs tokens."""
        return self.directory / "signing-key.pem"

    @property
    def note(self) -> Path:
        """Where the running instance listens, as JSON: there while it runs."""
        return self.directory / "instance.json"

    def log(self, name: str) -> Path:
        """The log file of one process."""
        return self.directory / "logs" / f"{name}.log"

    def create(self) -> None:
        """Make the directory, readable by its owner alone; raises `Refusal` when it cannot be made or written."""
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.directory / "logs").mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Refusal(f"The data directory {self.directory} cannot be used: {error.strerror}.") from error

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory; raises `Refusal` with the holder's pid when a running instance holds it.

        Children inherit the hold, so that it lasts until the last of them has ended; a holder that was killed is
        given a few seconds for that.
        """
        try:
            handle = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Refusal(f"The data directory {self.directory} cannot be used: {error.strerror}.") from error
        try:
            deadline = time.monotonic() + 5
            while not _locked(handle):
                holder = os.pread(handle, 20, 0).decode().strip()
                if _alive(holder) or time.monotonic() > deadline:
                    raise Refusal(
                        f"The data directory {self.directory} belongs to a running instance (process {holder}): "
                        "stop that one first, or choose another with --data-dir."
                    )
                time.sleep(0.05)
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(handle)

    def secret(self, name: str, *, formerly: str | None = None) -> str:
        """A random secret of this instance, of 32 characters, made at its first use and kept in `secrets.json`.

        `formerly`: the name under which an older version kept it, whose value stays.
        """
        old = self._read("secrets.json").get(formerly) if formerly else None
        return str(self._kept("secrets.json", name, old or secrets.token_urlsafe(24)))

    def port(self, name: str) -> int:
        """The port of an embedded server: the same as last time if that is still free."""
        kept = int(self._kept("ports.json", name, free_port()))
        port = free_port(kept)
        if port != kept:
            self._keep("ports.json", name, port)
        return port

    def last_port(self, name: str) -> int | None:
        """The port on which an embedded server was last started; None before the first time."""
        port = self._read("ports.json").get(name)
        return None if port is None else int(port)

    def _kept(self, file: str, name: str, fresh: str | int) -> str | int:
        values = self._read(file)
        if name not in values:
            self._keep(file, name, fresh)
            return fresh
        return values[name]

    def _keep(self, file: str, name: str, value: str | int) -> None:
        write_private(self.directory / file, json.dumps({**self._read(file), name: value}, indent=2).encode())

    def _read(self, file: str) -> dict[str, str | int]:
        try:
            values: dict[str, str | int] = json.loads((self.directory / file).read_bytes())
        except FileNotFoundError:
            return {}
        return values


def write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone reads, whole or not at all."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
