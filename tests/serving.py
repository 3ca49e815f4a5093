"""Applications that run inside a test: in its event loop, over ASGI or on a port."""

import asyncio
import contextlib
import importlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import uvicorn
from fastapi import FastAPI

from beatbook.kit.app import create_app
from beatbook.kit.clock import Clock, utc_now
from beatbook.kit.service import Service
from beatbook.kit.settings import HttpSettings, ServiceSettings


def service_named(name: str) -> Service:
    """The service of that name, wired."""
    service: Service = importlib.import_module(f"services.{name}.app").service
    return service


def make_app(settings: HttpSettings, name: str, clock: Clock = utc_now) -> FastAPI:
    """The application of a service or of the gateway."""
    if isinstance(settings, ServiceSettings):
        return create_app(service_named(name), settings, clock=clock)
    app: FastAPI = importlib.import_module("gateway.app").create_app(settings)
    return app


@contextlib.asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[None]:
    """The application's lifespan, in a task of its own: entered and left in the same one."""
    up, down = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.router.lifespan_context(app):
            up.set()
            await down.wait()

    life = asyncio.create_task(live())
    waiting = asyncio.create_task(up.wait())
    await asyncio.wait({life, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not up.is_set():
        waiting.cancel()
        await life
    try:
        yield
    finally:
        down.set()
        await life


@contextlib.asynccontextmanager
async def asgi_client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a started application, without a port."""
    transport = httpx.ASGITransport(app)
    async with started(app), httpx.AsyncClient(transport=transport, base_url="http://beatbook.test") as client:
        yield client


@dataclass
class Running:
    """An application on a port of this machine."""

    url: str
    app: FastAPI
    settings: HttpSettings
    http: httpx.AsyncClient


class _QuietServer(uvicorn.Server):
    """Leaves the signals of the test's process alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def on_port(app: FastAPI, settings: HttpSettings) -> AsyncIterator[Running]:
    """Serve an application on the port of its settings."""
    server = _QuietServer(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            ws="websockets-sansio",
            timeout_graceful_shutdown=5,
        )
    )
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    url = f"http://{settings.host}:{settings.port}"
    try:
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
            yield Running(url, app, settings, http)
    finally:
        server.should_exit = True
        await serving
