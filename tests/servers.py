"""The servers under the tests: embedded by default, containers or given ones on request.

BEATBOOK_TEST_RUNTIME=containers takes them from a Docker engine; BEATBOOK_TEST_DATABASE_URL (an administrator's) with
BEATBOOK_TEST_NATS_URL takes running ones, which then serve one test at a time: no pytest-xdist there.
"""

import asyncio
import contextlib
import itertools
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import nats
from nats.errors import Error as NatsError

from beatbook.kit.migrate import migrate
from beatbook.kit.service import Service
from beatbook.runtime.applications import walled_accounts
from beatbook.runtime.databases import SERVICES, connect_patiently, create_databases, database_of, service_url
from beatbook.runtime.nats import USER, NatsServer, configure, user_of
from beatbook.runtime.ports import free_port
from beatbook.runtime.postgres import ADMIN, PostgresServer
from beatbook.runtime.rights import GATEWAY, OPERATOR, operator_of

PASSWORD = "test"
ACCOUNTS = {f"test{n}": PASSWORD for n in range(40)}
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""Settings of a PostgreSQL whose files nobody needs after the tests."""


@dataclass
class Postgres:
    """A server, and databases made on it by copying one migrated template per service."""

    admin_url: str
    _templates: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _made: list[str] = field(default_factory=list)

    async def create_database(self, service: Service | None = None) -> str:
        """A fresh database's URL: empty and the administrator's; a service's is migrated and that service's role's."""
        template = None if service is None else await self._template(service)
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        owner = "" if service is None else f' owner "{database_of(service.name)}"'
        # copying files took a third of the time that writing each page to the log does, where nothing is made to last
        copied = f'template "{template or "template1"}" strategy file_copy'
        await self._execute(f'create database "{name}" {copied}{owner}')
        self._made.append(name)
        base = self.admin_url if service is None else service_url(self.admin_url, service.name, PASSWORD)
        return base.rpartition("/")[0] + f"/{name}"

    def as_admin(self, url: str) -> str:
        """The administrator's URL of a service's database: to do there what no service may."""
        return self.admin_url.rpartition("/")[0] + "/" + url.rpartition("/")[2]

    async def drop_databases(self) -> None:
        """Drop the databases made since the last call."""
        while self._made:
            await self._execute(f'drop database if exists "{self._made.pop()}" with (force)')

    async def _template(self, service: Service) -> str:
        if service.name not in self._templates:
            await create_databases(self.admin_url, {service.name: PASSWORD})
            name = f"template_{os.getpid()}_{service.name}"
            await self._execute(f'create database "{name}" owner "{database_of(service.name)}"')
            url = service_url(self.admin_url, service.name, PASSWORD).rpartition("/")[0] + f"/{name}"
            await migrate(service, url)
            self._templates[service.name] = name
        return self._templates[service.name]

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.admin_url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@dataclass
class Nats:
    """A server with accounts that see nothing of one another: each test has one to itself."""

    urls: Sequence[str]
    _next: Iterator[int] = field(default_factory=itertools.count)

    async def account(self) -> str:
        """The URL of an account without streams."""
        number = next(self._next)
        url = self.urls[number % len(self.urls)]
        if number >= len(self.urls) or len(self.urls) == 1:
            await _remove_streams(url)
        return url


async def _remove_streams(url: str) -> None:
    client = await nats.connect(url)
    try:
        for stream in await client.jetstream().streams_info():
            await client.jetstream().delete_stream(stream.config.name or "")
    finally:
        await client.close()


@contextlib.contextmanager
def postgres_server(directory: Path) -> Iterator[Postgres]:
    """The PostgreSQL server that the environment asks for."""
    given = os.environ.get("BEATBOOK_TEST_DATABASE_URL")
    with contextlib.ExitStack() as stack:
        url = given or stack.enter_context(
            _postgres_container() if _from_containers() else _embedded_postgres(directory)
        )
        asyncio.run(reach_postgres(url))
        yield Postgres(url)


@contextlib.contextmanager
def nats_server(directory: Path) -> Iterator[Nats]:
    """The NATS server that the environment asks for."""
    given = os.environ.get("BEATBOOK_TEST_NATS_URL")
    with contextlib.ExitStack() as stack:
        urls = (
            [given]
            if given
            else stack.enter_context(_nats_container(directory) if _from_containers() else _embedded_nats(directory))
        )
        asyncio.run(reach_nats(urls[0]))
        yield Nats(urls)


@contextlib.contextmanager
def walled_nats_server(directory: Path) -> Iterator[dict[str, str]]:
    """An embedded NATS server with an account for each process, as `beatbook up` has it; their URLs by process."""
    names = (*SERVICES, GATEWAY)
    walled = walled_accounts(SERVICES, dict.fromkeys((*names, OPERATOR), PASSWORD))
    server = NatsServer(directory / "nats", free_port(), log=directory / "nats.log", walled=walled)
    with _running(server.start(), signal.SIGTERM):
        urls = {name: server.url_of(user_of(name), PASSWORD) for name in names}
        asyncio.run(reach_nats(server.url_of(operator_of(SERVICES[0]), PASSWORD)))
        yield urls


def _from_containers() -> bool:
    return os.environ.get("BEATBOOK_TEST_RUNTIME") == "containers"


async def reach_postgres(url: str) -> None:
    """Wait until a server that starts answers."""
    await (await connect_patiently(url)).close()


async def reach_nats(url: str, attempts: int = 600) -> None:
    """Wait until a server that starts answers, its streams too."""
    for attempt in range(attempts):
        try:
            client = await nats.connect(url, allow_reconnect=False, error_cb=_ignore)
            await client.jetstream().account_info()
            await client.close()
        except (OSError, NatsError):
            if attempt == attempts - 1:
                raise
            await asyncio.sleep(0.1)
        else:
            return


async def _ignore(_: Exception) -> None:
    """A server that only starts is no error yet."""


@contextlib.contextmanager
def _embedded_postgres(directory: Path) -> Iterator[str]:
    server = PostgresServer(directory / "postgres", free_port(), PASSWORD, directory / "postgres.log", settings=HASTY)
    with _running(server.start(), signal.SIGINT):
        yield server.admin_url


@contextlib.contextmanager
def _embedded_nats(directory: Path) -> Iterator[list[str]]:
    server = NatsServer(directory / "nats", free_port(), PASSWORD, directory / "nats.log", more_accounts=ACCOUNTS)
    with _running(server.start(), signal.SIGTERM):
        yield [server.url_of(user, password) for user, password in ACCOUNTS.items()]


@contextlib.contextmanager
def _running(pid: int, stop_signal: signal.Signals) -> Iterator[None]:
    try:
        yield
    finally:
        os.kill(pid, stop_signal)
        os.waitpid(pid, 0)


@contextlib.contextmanager
def _postgres_container() -> Iterator[str]:
    from testcontainers.core.container import DockerContainer

    container = DockerContainer("postgres:18-alpine").with_env("POSTGRES_PASSWORD", PASSWORD).with_exposed_ports(5432)
    with container as server:
        address = f"{server.get_container_host_ip()}:{server.get_exposed_port(5432)}"
        yield f"postgresql://{ADMIN}:{PASSWORD}@{address}/postgres"


@contextlib.contextmanager
def _nats_container(directory: Path) -> Iterator[list[str]]:
    from testcontainers.core.container import DockerContainer

    configuration = directory / "container.conf"
    configuration.write_text(configure(4222, Path("/data"), {USER: PASSWORD, **ACCOUNTS}, host="0.0.0.0"))
    container = (
        DockerContainer("nats:2.12-alpine")
        .with_volume_mapping(str(configuration), "/etc/beatbook.conf", "ro")
        .with_command("--config /etc/beatbook.conf")
        .with_exposed_ports(4222)
    )
    with container as server:
        address = f"{server.get_container_host_ip()}:{server.get_exposed_port(4222)}"
        yield [f"nats://{user}:{password}@{address}" for user, password in ACCOUNTS.items()]
