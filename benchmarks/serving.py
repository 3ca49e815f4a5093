"""Services as processes, for benchmarks that speak to them over HTTP: tokens, settings, a small country."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import aiohttp

from beatbook.contracts.actor import Actor, Grant, Role
from beatbook.kit.feed import feed_secrets
from beatbook.kit.service import Service
from beatbook.kit.settings import ServiceSettings
from beatbook.runtime.forking import fork
from beatbook.runtime.instance import Instance
from beatbook.runtime.ports import free_port
from beatbook.runtime.tokens import ensure_keys, issue_token
from benchmarks.measuring import Servers

ADMIN = Actor(subject="bench", grants=(Grant(role=Role.ADMIN, area="XK"),))
MEETING = {
    "purpose": "accountability",
    "topics": [{"title": "Lights in the park"}],
    "place": "Town hall",
    "starts_at": "2027-03-01T17:00:00Z",
    "languages": ["sq", "sr"],
}
PATIENCE_SECONDS = 60.0


def issuer(machines: Servers) -> Instance:
    """The instance whose keys sign the benchmark's tokens."""
    instance = Instance(machines.directory / "issuer")
    instance.create()
    ensure_keys(instance)
    return instance


def authorization(machines: Servers) -> dict[str, str]:
    """The headers of an administrator of XK."""
    token = issue_token(issuer(machines), ADMIN.grants, subject=ADMIN.subject, lifetime=timedelta(hours=4))
    return {"Authorization": f"Bearer {token}"}


def settings_of(machines: Servers, service: Service, database_url: str, **more: Any) -> ServiceSettings:
    """Settings of a service on these servers, on a free port."""
    if service.name == "cases":
        more = {
            "case_keys": "a key-encryption key for benchmarks only",
            "name_index_key": "a key for the blind index of benchmarks",
            **more,
        }
    return service.settings(
        database_url=database_url,
        nats_url=machines.nats.url,
        jwks=str(issuer(machines).jwks),
        embedded=True,
        log_file=machines.directory / f"{service.name}.log",
        **feed_secrets(service.name, service.sources, lambda log: f"the log of {log}"),
        **{"port": free_port(), **more},
    )


@contextlib.contextmanager
def process(machines: Servers, body: Callable[[], None]) -> Iterator[int]:
    """Run `body` in a forked child until the block ends; gives its pid. Not to be called inside an event loop."""
    pid = fork(body, log=machines.directory / "processes.log")
    try:
        yield pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


async def ready(url: str) -> None:
    """Wait until the process there says that it is ready."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with http.get(f"{url}/health/ready") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)


async def councils(url: str, headers: dict[str, str], count: int) -> list[UUID]:
    """Register the country XK at the forum service there, found forums in it, and return their ids.

    A command locks its aggregate: those of one forum wait for one another, as they should.
    """
    ring = [[20, 41], [22, 41], [22, 43], [20, 43], [20, 41]]
    outline = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"code": "XK", "name": "Kosovo"}, "geometry": outline}
    country = {"mapping": {"code": "code"}, "collections": [{"type": "FeatureCollection", "features": [feature]}]}
    founded = {"area": "XK", "kind": "steering_committee", "name": "Council"}
    ids: list[UUID] = []
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as http:
        await http.post(f"{url}/v1/areas/imports", json=country)
        for _ in range(count):
            async with http.post(f"{url}/v1/forums", json=founded) as answer:
                ids.append(UUID((await answer.json())["id"]))
    return ids
