"""A process that serves one application until it is told to stop."""

import asyncio
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from beatbook.kit import telemetry
from beatbook.kit.app import create_app
from beatbook.kit.migrate import migrate
from beatbook.kit.service import Service
from beatbook.kit.settings import HttpSettings, ServiceSettings

GRACE_SECONDS = 10


def run_service(service: Service, settings: ServiceSettings, *, migrating: bool = False) -> None:
    """Serve a service until SIGTERM, migrating its database first when asked to."""
    if migrating:
        asyncio.run(migrate(service, settings.database_url))
    run(service.name, settings, lambda: create_app(service, settings))


def run(name: str, settings: HttpSettings, make: Callable[[], FastAPI]) -> None:
    """Serve an application until SIGTERM; open requests get a grace of ten seconds."""
    telemetry.set_up(name, log_file=settings.log_file, sampling=settings.trace_sampling)
    uvicorn.Server(
        uvicorn.Config(
            make(),
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http="httptools",
            ws="websockets-sansio",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    ).run()
