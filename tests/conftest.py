"""What every test may ask for. Servers are real: see `tests/servers.py` for where they come from.

- `postgres`: the server (`admin_url`); `await postgres.create_database()` gives an empty database's URL, with a
  `Service` a migrated one's under that service's role. Databases are dropped after the test.
- `nats_url`: a NATS account of the test's own, empty.
- `tokens("council@XK.PRI", ..., subject="...", agency=..., lifetime=...)`: an Authorization header's value,
  `Bearer ...`; `jwks`: the path of the keys it is checked with.
- `settings_for`: `await settings_for("forum", role="api", **more)`: settings of a service on a fresh database, or of
  the gateway.
- `client`: `await client("forum", clock=..., **settings)`: an `httpx.AsyncClient` on the service's application, its
  lifespan running until the test ends; role `api` unless told otherwise. `await client.of(settings, "forum")` when
  the settings are made already.
- `stack`: `await stack("forum", "kpi", "gateway")`: these on ports in this process, workers too, talking to one
  another; a dict by name of `Running(url, app, settings, http)`.
- `eventually`: `await eventually(check)`: waits, a minute at most, until `await check()` is truthy, and returns that.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import hypothesis
import pytest
import pytest_asyncio

from beatbook.contracts.actor import Grant
from beatbook.kit.clock import Clock, utc_now
from beatbook.kit.feed import feed_secrets
from beatbook.kit.settings import HttpSettings
from beatbook.runtime.databases import SERVICES
from beatbook.runtime.instance import Instance
from beatbook.runtime.ports import free_port
from beatbook.runtime.tokens import ensure_keys, issue_token
from tests.servers import Nats, Postgres, nats_server, postgres_server
from tests.serving import Running, asgi_client, make_app, on_port, service_named

hypothesis.settings.register_profile("patient", deadline=None)  # no test depends on a time being short
hypothesis.settings.load_profile("patient")

T = TypeVar("T")
Tokens = Callable[..., str]


@pytest.fixture(scope="session")
def _postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with postgres_server(tmp_path_factory.mktemp("servers")) as server:
        yield server


@pytest.fixture(scope="session")
def _nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nats]:
    with nats_server(tmp_path_factory.mktemp("servers")) as server:
        yield server


@pytest.fixture(scope="session")
def _issuer(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    instance = Instance(tmp_path_factory.mktemp("issuer"))
    ensure_keys(instance)
    return instance


@pytest.fixture
def jwks(_issuer: Instance) -> Path:
    return _issuer.jwks


@pytest.fixture
def tokens(_issuer: Instance) -> Tokens:
    def issue(
        *grants: str, subject: str = "tester", agency: str | None = None, lifetime: timedelta = timedelta(hours=1)
    ) -> str:
        granted = [Grant.parse(grant) for grant in grants]
        return "Bearer " + issue_token(_issuer, granted, subject=subject, agency=agency, lifetime=lifetime)

    return issue


@pytest_asyncio.fixture
async def postgres(_postgres: Postgres) -> AsyncIterator[Postgres]:
    yield _postgres
    await _postgres.drop_databases()


@pytest_asyncio.fixture
async def nats_url(_nats: Nats) -> str:
    return await _nats.account()


SettingsFor = Callable[..., Awaitable[HttpSettings]]


@pytest.fixture
def settings_for(postgres: Postgres, nats_url: str, jwks: Path) -> SettingsFor:
    async def make(name: str, **more: Any) -> HttpSettings:
        shared = {"nats_url": nats_url, "jwks": str(jwks), "embedded": True, **more}
        if name == "gateway":
            return HttpSettings(**shared)
        service = service_named(name)
        own = {
            "database_url": await postgres.create_database(service),
            "webhook_key": "a key for the webhooks service only",
            "case_keys": "a key-encryption key for the cases of tests",
            "name_index_key": "a key for the blind index of the tests' names",
            "archive_key": "a key for the archives of forums only",
        }
        secrets = feed_secrets(name, service.sources, lambda log: f"the log of {log}")
        return service.settings(**(own | secrets | shared))

    return make


class Clients:
    """Makes clients of services, and closes them when the test is over."""

    def __init__(self, settings_for: SettingsFor, open_things: contextlib.AsyncExitStack) -> None:
        self._settings_for, self._open = settings_for, open_things

    async def __call__(self, name: str, *, clock: Clock = utc_now, **settings: Any) -> httpx.AsyncClient:
        role = {} if name == "gateway" else {"role": "api"}
        return await self.of(await self._settings_for(name, **(role | settings)), name, clock=clock)

    async def of(self, settings: HttpSettings, name: str, *, clock: Clock = utc_now) -> httpx.AsyncClient:
        return await self._open.enter_async_context(asgi_client(make_app(settings, name, clock)))


@pytest_asyncio.fixture
async def client(settings_for: SettingsFor) -> AsyncIterator[Clients]:
    async with contextlib.AsyncExitStack() as open_things:
        yield Clients(settings_for, open_things)


@pytest_asyncio.fixture
async def stack(settings_for: SettingsFor) -> AsyncIterator[Callable[..., Awaitable[dict[str, Running]]]]:
    async with contextlib.AsyncExitStack() as open_things:

        async def start(*names: str, clock: Clock = utc_now, **settings: Any) -> dict[str, Running]:
            ports = {name: free_port() for name in (*SERVICES, "gateway")}
            urls = {f"{name}_url": f"http://127.0.0.1:{ports[name]}" for name in SERVICES}
            running = {}
            for name in names:
                made = await settings_for(name, port=ports[name], **urls, **settings)
                running[name] = await open_things.enter_async_context(on_port(make_app(made, name, clock), made))
            return running

        yield start


@pytest.fixture
def eventually() -> Callable[[Callable[[], Awaitable[T]]], Awaitable[T]]:
    async def wait(check: Callable[[], Awaitable[T]], patience: float = 60) -> T:
        deadline = asyncio.get_running_loop().time() + patience
        while not (found := await check()):
            assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
            await asyncio.sleep(0.05)
        return found

    return wait


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> Iterator[None]:
    """Settings in the developer's own environment must not reach a test."""
    patch = pytest.MonkeyPatch()
    for name in ("DATABASE_URL", "NATS_URL", "DATA_DIR", "ROLE", "PORT", "HOST", "LOG_FILE", "FAILPOINTS"):
        patch.delenv(f"BEATBOOK_{name}", raising=False)
    yield
    patch.undo()
