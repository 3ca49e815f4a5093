"""The gateway as an application: GraphQL over HTTP and WebSocket, and the pages."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.websockets import WebSocket

from beatbook.kit import errors, telemetry
from beatbook.kit.auth import Keys
from beatbook.kit.broker import Broker
from beatbook.kit.clock import Clock, utc_now
from beatbook.kit.deadline import Deadline
from beatbook.kit.settings import HttpSettings
from gateway import health, serving
from gateway.clients.services import network
from gateway.context import Machinery
from gateway.followers import Followers
from gateway.schema import make_schema
from gateway.sockets import Sockets
from gateway.web import developers, pages, signing, site
from gateway.web.public import calendars, concerns, feeds, forums, minutes
from gateway.web.public.press import Press
from gateway.web.public.shelf import Shelf


def create_app(settings: HttpSettings, *, clock: Clock = utc_now) -> FastAPI:
    """The application; it starts without the broker or any service, and says what is missing."""
    app = FastAPI(
        title="Beatbook gateway", version="1", lifespan=_lifespan(settings, clock), docs_url=None, redoc_url=None
    )
    app.state.settings = settings
    app.state.shelf = Shelf()
    app.state.press = Press()
    app.state.schema = make_schema(introspection=settings.embedded)
    errors.install(app)
    app.include_router(health.routes)
    app.include_router(serving.routes)
    sockets = Sockets(app.state.schema)

    @app.websocket("/graphql")
    async def follow(websocket: WebSocket) -> None:
        await sockets.run(websocket)

    site.install(app)
    for part in (concerns, forums, calendars, feeds, minutes, pages, signing, developers):
        app.include_router(part.routes)
    pages.welcome_the_lost(app)
    app.add_middleware(Deadline, seconds=settings.request_timeout, refusal=_too_long)
    telemetry.instrument(app)
    return app


def _too_long(*, committing: bool) -> errors.Unavailable:  # noqa: ARG001 - the gateway commits nothing
    return errors.Unavailable("This took too long. If it was to change something, look first whether it took effect.")


def _lifespan(settings: HttpSettings, clock: Clock) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        broker = Broker(settings.nats_url, "beatbook-gateway", settings.account("gateway"))
        async with network(settings) as connections:
            followers = Followers()
            broker.on_loss.append(followers.dismiss)
            app.state.machinery = Machinery(connections, broker, Keys(settings), clock, followers)
            connecting = asyncio.create_task(broker.connect())
            try:
                with followers.dismissed_by_signals():
                    yield
            finally:
                await _stop(connecting)
                await broker.close()

    return lifespan


async def _stop(task: asyncio.Task[None]) -> None:
    """Cancel until it is heard: a connection refused at the same moment lets the client swallow a cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.2)
