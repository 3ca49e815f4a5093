"""What `beatbook up` runs: PostgreSQL and NATS unless given, five services, the gateway; started, kept up, stopped.

This process imports what its children need and makes their applications once, then forks them: they share that memory,
and start at once.
"""

import gc
import importlib
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from beatbook.contracts.actor import Grant, Role
from beatbook.runtime import children
from beatbook.runtime.databases import SERVICES, service_url
from beatbook.runtime.forking import fork
from beatbook.runtime.instance import Instance
from beatbook.runtime.nats import NatsServer, user_of
from beatbook.runtime.notices import Notices
from beatbook.runtime.ports import taken
from beatbook.runtime.postgres import PostgresServer
from beatbook.runtime.probing import is_ready, root_area
from beatbook.runtime.refusal import Refusal
from beatbook.runtime.supervisor import Child, Supervisor
from beatbook.runtime.tokens import ensure_keys, issue_token

PROCESSES = ("gateway", *SERVICES)
DEMO_COUNTRY = "XD"
LOOK_SECONDS = 2.0
"""How often `beatbook up` looks at what tells nobody that it changed."""
START_PATIENCE = 120.0
START_DEATHS = 4
"""A service that dies this often before it was ever ready will not come up."""
DEMO_ATTEMPTS = 3
PRELOADED = (
    "beatbook.runtime.applications",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.websockets_sansio_impl",
    "encodings.idna",
    *(f"services.{name}.app" for name in SERVICES),
    "gateway.app",
)


class Stopped(Exception):
    """The user asked to stop while the instance was starting."""


@dataclass(frozen=True)
class Ready:
    """What a running instance tells about itself."""

    urls: dict[str, str]
    country: str | None
    pids: dict[str, int]
    sign_in: str | None
    started_in: float
    """Seconds from the command to the last process's readiness, the demo not counted."""


@dataclass
class Stack:
    """One embedded instance, from its start to its end."""

    instance: Instance
    port: int
    demo: bool
    ready_file: Path | None
    tell: Callable[[str], None]
    supervisor: Supervisor = field(init=False)
    _groups: list[list[Child]] = field(init=False, default_factory=list)

    @property
    def ports(self) -> dict[str, int]:
        """Each process's port: the gateway's, and the next ones."""
        return {name: self.port + offset for offset, name in enumerate(PROCESSES)}

    @property
    def urls(self) -> dict[str, str]:
        """Each process's base URL."""
        return {name: f"http://127.0.0.1:{port}" for name, port in self.ports.items()}

    def run(self, announce: Callable[[Ready], None]) -> None:
        """Start all, `announce` once all is ready, keep it running until SIGTERM or Ctrl-C, stop it in order.

        Raises `Refusal` when it cannot start; whatever was started is stopped first.
        """
        began = time.monotonic()
        self.instance.create()
        with self.instance.lock():
            if busy := taken(self.ports.values()):
                names = ", ".join(map(str, busy))
                raise Refusal(
                    f"Port {names} is taken: stop what listens there, or choose others with --port "
                    f"(six ports from there on are used)."
                )
            notices = Notices(self.instance, self.ready_file, self.tell)
            notices.withdraw()
            self.supervisor = Supervisor(lambda child: notices.changed(child, self.supervisor.pids))
            try:
                self._start()
                started_in = time.monotonic() - began
                notices.running(self.urls, self.supervisor.pids)
                if self.demo:
                    self._load_demo()
                ready = self._describe(started_in)
                notices.ready(ready.country)
                announce(ready)
                while not self.supervisor.stopping:
                    self.supervisor.step(LOOK_SECONDS)
                    self._look_at_postgres()
            except Stopped:
                pass
            finally:
                self.tell("Stopping ...")
                notices.withdraw()
                self.supervisor.stop(reversed(self._groups))

    def _start(self) -> None:
        ensure_keys(self.instance)
        fresh = not (self.instance.directory / "postgres").exists()
        admin_url = self._start_postgres()
        passwords = {service: self.instance.secret(f"database_{service}") for service in SERVICES}
        log = self.instance.log("databases")
        log.unlink(missing_ok=True)
        alone = self._embedded_postgres is not None
        databases = self._errand(lambda: children.create_databases(admin_url, passwords, whole_server=alone), log)
        gc.disable()
        for name in PRELOADED:
            importlib.import_module(name)
            self._step(0.0)
        self._nats_urls = self._start_nats()
        shared = self._shared_settings()
        gateway = self._gateway(shared)
        services = [self._service(name, shared, service_url(admin_url, name, passwords[name])) for name in SERVICES]
        self._groups.extend((services, [gateway]))
        gc.collect()
        gc.freeze()
        gc.enable()
        self.supervisor.start(gateway)
        if self._finish(databases) != 0:
            raise Refusal(children.last_line(log))
        for child in services:
            self.supervisor.start(child)
        self._await_ready([gateway, *services])
        if fresh and self._embedded_postgres is not None:
            self._errand(self._embedded_postgres.make_durable, self.instance.log("postgres"))

    _embedded_postgres: PostgresServer | None = None
    _nats_urls: Mapping[str, str] = field(init=False, default_factory=dict)
    """Where each process connects to the broker; empty when the environment says it, once for all."""

    def _start_postgres(self) -> str:
        """Start PostgreSQL unless the environment names another; its administrator's URL."""
        if (given := os.environ.get("BEATBOOK_DATABASE_URL")) is not None:
            return given
        directory, port = self.instance.directory / "postgres", self.instance.port("postgres")
        postgres = PostgresServer(directory, port, self.instance.secret("postgres"), self.instance.log("postgres"))
        self._start_server(Child("postgres", postgres.start, stop_signal=signal.SIGINT, patience=15.0))
        self._embedded_postgres = postgres
        return postgres.admin_url

    def _look_at_postgres(self) -> None:
        pid = self.supervisor.pids.get("postgres")
        if self._embedded_postgres is not None and pid is not None and not self.supervisor.stopping:
            self._embedded_postgres.end_patient_stop(pid)

    def _start_nats(self) -> dict[str, str]:
        """Start NATS with an account for each process, unless the environment names another; none then.

        Gives each process's URL.
        """
        if "BEATBOOK_NATS_URL" in os.environ:
            return {}
        applications = importlib.import_module("beatbook.runtime.applications")
        passwords = {name: self.instance.secret(f"nats_{name}") for name in (*PROCESSES, "operator")}
        nats = NatsServer(
            self.instance.directory / "nats",
            self.instance.port("nats"),
            log=self.instance.log("nats"),
            walled=applications.walled_accounts(SERVICES, passwords),
        )
        self._start_server(Child("nats", nats.start))
        return {name: nats.url_of(user_of(name), password) for name, password in passwords.items() if name in PROCESSES}

    def _start_server(self, child: Child) -> None:
        self._groups.append([child])
        self.supervisor.start(child)

    def _service(self, name: str, shared: dict[str, Any], database_url: str) -> Child:
        applications = importlib.import_module("beatbook.runtime.applications")
        own = self._own_settings(name) | applications.secrets_of(name, self.instance)
        prepared = applications.prepare_service(name, shared | own | {"database_url": database_url, "pool_size": 2})
        return self._child(name, lambda: applications.serve_migrated(prepared, self.instance.log(name)))

    def _gateway(self, shared: dict[str, Any]) -> Child:
        applications = importlib.import_module("beatbook.runtime.applications")
        prepared = applications.prepare_gateway(shared | self._own_settings("gateway"))
        return self._child("gateway", lambda: applications.serve(prepared))

    def _child(self, name: str, body: Callable[[], None]) -> Child:
        return Child(name, lambda: fork(body, log=self.instance.log(name)), patience=16.0)

    def _shared_settings(self) -> dict[str, Any]:
        return {
            "jwks": str(self.instance.jwks),
            "embedded": True,
            **{f"{name}_url": url for name, url in self.urls.items() if name != "gateway"},
        }

    def _own_settings(self, name: str) -> dict[str, Any]:
        broker = {"nats_url": self._nats_urls[name], "nats_accounts": "own"} if self._nats_urls else {}
        return {"host": "127.0.0.1", "port": self.ports[name], "log_file": self.instance.log(name)} | broker

    def _await_ready(self, starting: list[Child]) -> None:
        deadline = time.monotonic() + START_PATIENCE
        waiting = list(starting)
        while waiting:
            self._step(0.02)
            waiting = [child for child in waiting if not is_ready(self.ports[child.name])]
            for child in waiting:
                if child.deaths >= START_DEATHS:
                    raise Refusal(f"{child.name} ends while starting: see {self.instance.log(child.name)}.")
            if waiting and time.monotonic() > deadline:
                names = ", ".join(child.name for child in waiting)
                raise Refusal(
                    f"Not ready after {START_PATIENCE:.0f} s: {names}. See {self.instance.directory / 'logs'}."
                )

    def _load_demo(self) -> None:
        token = self._token(timedelta(days=1))
        log = self.instance.log("demo")
        for _ in range(DEMO_ATTEMPTS):
            if (
                self._finish(self._errand(lambda: children.load_demo(self.urls, token, self.instance.directory), log))
                == 0
            ):
                return
        raise Refusal(f"The demo could not be loaded: {children.last_line(log)}")

    def _describe(self, started_in: float) -> Ready:
        return Ready(
            urls=self.urls,
            country=DEMO_COUNTRY if self.demo else root_area(self.ports["forum"]),
            pids=self.supervisor.pids,
            sign_in=f"{self.urls['gateway']}/sign-in#token={self._token(timedelta(days=7))}" if self.demo else None,
            started_in=started_in,
        )

    def _token(self, lifetime: timedelta) -> str:
        grant = Grant(role=Role.ADMIN, area=DEMO_COUNTRY)
        return issue_token(self.instance, [grant], subject="demo", lifetime=lifetime)

    def _errand(self, body: Callable[[], None], log: Path) -> int:
        pid = fork(body, log=log)
        self.supervisor.begin_errand(pid)
        return pid

    def _finish(self, errand: int) -> int:
        while (status := self.supervisor.errand_status(errand)) is None:
            self._step(None)
        return status

    def _step(self, timeout: float | None) -> None:
        self.supervisor.step(timeout)
        if self.supervisor.stopping:
            raise Stopped
