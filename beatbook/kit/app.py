"""A service as a FastAPI application, with its worker when the role asks for one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from nats.aio.msg import Msg

from beatbook.kit import errors, feed, health, idempotency, lag, telemetry
from beatbook.kit.auth import Keys
from beatbook.kit.broker import Broker, wake_subject
from beatbook.kit.clock import Clock, utc_now
from beatbook.kit.consumers import ConsumerRun
from beatbook.kit.db import Database
from beatbook.kit.deadline import Deadline
from beatbook.kit.feed import FeedReader
from beatbook.kit.relay import Relay
from beatbook.kit.retention import FORGET_ANSWERS
from beatbook.kit.service import Service
from beatbook.kit.settings import ServiceSettings
from beatbook.kit.timers import WorkerContext, run_timers

log = logging.getLogger(__name__)

ENDING_SECONDS = 2.5
"""What work going on gets to end in when the process stops; a whole batch is rolled back in a moment."""


def create_app(service: Service, settings: ServiceSettings, *, clock: Clock = utc_now) -> FastAPI:
    """The application of one service; role `worker` answers health and metrics only."""
    app = FastAPI(
        title=f"Beatbook {service.title}",
        version="1",
        lifespan=_lifespan(service, settings, clock),
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.service = service
    app.state.settings = settings
    app.state.clock = clock
    app.state.keys = Keys(settings)
    errors.install(app)
    idempotency.install(app)
    app.include_router(health.routes)
    app.include_router(feed.routes)
    if settings.role != "worker":
        for routes in service.routers:
            app.include_router(routes)
    app.add_middleware(Deadline, seconds=settings.request_timeout)
    telemetry.instrument(app)
    return app


def _lifespan(service: Service, settings: ServiceSettings, clock: Clock) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            database = app.state.database = Database(settings)
            stack.push_async_callback(database.close)
            broker = app.state.broker = Broker(
                settings.nats_url,
                f"beatbook-{service.name}",
                settings.account(service.name),
                stream_max_bytes=settings.stream_max_bytes,
            )
            stack.push_async_callback(broker.close)
            if service.resources is not None:
                app.state.resources = await stack.enter_async_context(service.resources(settings))
            tasks = await stack.enter_async_context(_tasks())
            app.state.wake = _waker(service.name, broker)
            tasks(broker.connect())
            if settings.role != "api":
                await _start_worker(service, settings, clock, app, tasks, stack)
            yield

    return lifespan


async def _start_worker(
    service: Service,
    settings: ServiceSettings,
    clock: Clock,
    app: FastAPI,
    start: Callable[[Coroutine[Any, Any, None]], None],
    stack: AsyncExitStack,
) -> None:
    database: Database = app.state.database
    broker: Broker = app.state.broker
    reader = FeedReader(settings)
    stack.push_async_callback(reader.close)
    relay = Relay(service.name, database, broker)
    app.state.wake = _waker(service.name, broker, relay)
    context = WorkerContext(database=database, settings=settings, clock=clock)

    async def heard(_: Msg) -> None:
        relay.wake()

    start(broker.listen(wake_subject(service.name), heard))
    start(relay.run())
    for consumer in service.consumers:
        start(ConsumerRun(consumer, database, broker, reader).run())
    start(lag.measure(service, database, reader))
    start(run_timers((*service.timers, FORGET_ANSWERS), service.name, context))
    for work in service.background:
        start(_forever(work, context))


async def _forever(work: Callable[[WorkerContext], Awaitable[None]], context: WorkerContext) -> None:
    while True:
        try:
            await work(context)
        except Exception as error:
            if errors.is_outage(error):
                log.warning("background work pauses: %s", type(error).__name__)
            else:
                log.error("background work failed", exc_info=error)
            await asyncio.sleep(1)


def _waker(service: str, broker: Broker, relay: Relay | None = None) -> Callable[[], Awaitable[None]]:
    """What wakes the service's relay after a commit: a call when it is in this process, else a hint by the broker."""

    async def wake() -> None:
        if relay is not None and relay.serving:
            relay.wake()
        else:
            broker.hint(wake_subject(service))

    return wake


@asynccontextmanager
async def _tasks() -> AsyncIterator[Callable[[Coroutine[Any, Any, None]], None]]:
    """Start coroutines that end with the application; one that dies unexpectedly is logged."""
    running: set[asyncio.Task[None]] = set()

    def start(work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        running.add(task)
        task.add_done_callback(ended)

    def ended(task: asyncio.Task[None]) -> None:
        running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("a worker task died", exc_info=error)

    try:
        yield start
    finally:
        # asked again and again: a client library may swallow a cancellation that comes while it connects
        deadline = asyncio.get_running_loop().time() + ENDING_SECONDS
        while running and asyncio.get_running_loop().time() < deadline:
            for task in running:
                task.cancel()
            await asyncio.wait(set(running), timeout=0.5)
        if running:
            log.error("%d tasks did not end in time and are left behind", len(running))
