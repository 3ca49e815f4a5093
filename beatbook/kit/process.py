"""A process that serves one application until it is told to stop."""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from beatbook.kit import telemetry
from beatbook.kit.settings import HttpSettings

GRACE_SECONDS = 10
NOT_STARTED = 3


class _Server(uvicorn.Server):
    """Ends with 0 when it was told to stop and did: the library's own would kill itself with the same signal again."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; then send the last spans and figures."""
        await super().shutdown(sockets)
        await asyncio.to_thread(telemetry.shut_down)


def run(name: str, settings: HttpSettings, app: FastAPI) -> None:
    """Serve an application until SIGTERM; open requests get a grace of ten seconds."""
    gc.collect()
    gc.freeze()  # what was imported stays: looking through it again and again took a third of a consumer's time
    telemetry.set_up(name, log_file=settings.log_file, sampling=settings.trace_sampling)
    server = _Server(
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
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    server.run()
    if not server.started:
        sys.exit(NOT_STARTED)
