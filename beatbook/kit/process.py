"""A process that serves one application until it is told to stop."""

import asyncio
import socket

import uvicorn
from fastapi import FastAPI

from beatbook.kit import telemetry
from beatbook.kit.settings import HttpSettings

GRACE_SECONDS = 10


class _Server(uvicorn.Server):
    """Sends the last spans and figures before it ends: afterwards it gives itself the signal again that stopped it."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        await asyncio.to_thread(telemetry.shut_down)


def run(name: str, settings: HttpSettings, app: FastAPI) -> None:
    """Serve an application until SIGTERM; open requests get a grace of ten seconds."""
    telemetry.set_up(name, log_file=settings.log_file, sampling=settings.trace_sampling)
    _Server(
        uvicorn.Config(
            app,
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
