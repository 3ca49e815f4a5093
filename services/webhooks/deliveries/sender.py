"""The sender: posts what is due, each endpoint on its own, with no transaction open meanwhile. Rule W3."""

import asyncio
import logging
import time
from datetime import timedelta
from uuid import UUID

import aiohttp
import asyncpg

from beatbook.kit import tracing
from beatbook.kit.clock import Clock
from services.webhooks.deliveries import queue
from services.webhooks.deliveries.connection import ForbiddenTarget, Outbound
from services.webhooks.deliveries.queue import Attempt, Due, Target
from services.webhooks.deliveries.rules import TIMEOUT, retry_after
from services.webhooks.deliveries.signing import signed_headers
from services.webhooks.endpoints.sealing import Seal, Unreadable

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5


class Sender:
    """Delivers until cancelled. Endpoints share nothing but the process: none waits for another's answer."""

    def __init__(self, pool: asyncpg.Pool, outbound: Outbound, seal: Seal, clock: Clock) -> None:
        self._pool, self._outbound, self._seal, self._clock = pool, outbound, seal, clock
        self._working: dict[UUID, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Look for what is due and deliver it, for ever; raises what the database raises."""
        try:
            while True:
                for endpoint_id in await queue.due_endpoints(self._pool, self._clock()):
                    if endpoint_id not in self._working:
                        self._start(endpoint_id)
                await asyncio.sleep(POLL_SECONDS)
        finally:
            tasks = list(self._working.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, endpoint_id: UUID) -> None:
        task = self._working[endpoint_id] = asyncio.create_task(self._serve(endpoint_id))
        task.add_done_callback(lambda done: self._ended(endpoint_id, done))

    def _ended(self, endpoint_id: UUID, task: asyncio.Task[None]) -> None:
        del self._working[endpoint_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("deliveries to endpoint %s stopped; they go on with the next look", endpoint_id, exc_info=error)

    async def _serve(self, endpoint_id: UUID) -> None:
        """Send what is due at one endpoint, in batches, until there is nothing."""
        while claimed := await queue.claim(self._pool, endpoint_id, self._clock()):
            target, deliveries = claimed
            free = asyncio.Semaphore(target.at_once)
            attempts = await asyncio.gather(*(self._attempt(target, delivery, free) for delivery in deliveries))
            await queue.record(self._pool, endpoint_id, attempts)

    async def _attempt(self, target: Target, delivery: Due, free: asyncio.Semaphore) -> Attempt:
        """One post; whatever goes wrong is the attempt's error."""
        async with free:
            at, started = self._clock(), time.monotonic()
            status = answer = error = wait = None
            try:
                secrets = [self._seal.open(sealed, target.id) for sealed in target.secrets]
                headers = signed_headers(secrets, delivery.event_id, at, delivery.body)
                with tracing.delivering(delivery.traceparent) as trace:
                    status, asked, answer = await self._outbound.post(target.url, delivery.body, {**headers, **trace})
                    tracing.answered(status)
                wait = retry_after(asked, at)
            except Unreadable:
                error = "the endpoint's secret can't be read any more; rotate it"
            except TimeoutError:
                error = f"no answer within {TIMEOUT.total_seconds():.0f} s"
            except (aiohttp.ClientError, OSError, ValueError) as failure:
                error = _told(failure)
            took = timedelta(seconds=time.monotonic() - started)
        return Attempt(
            delivery=delivery,
            at=at,
            took=took,
            status=status,
            error=error,
            answer=answer.replace("\0", "\N{REPLACEMENT CHARACTER}") if answer is not None else None,
            wait=wait,
        )


def _told(failure: Exception) -> str:
    """What a partner is told of a failed connection: what kind of failure, and nothing of our network."""
    cause = failure.os_error if isinstance(failure, aiohttp.ClientConnectorError) else failure
    if isinstance(cause, ForbiddenTarget):
        return f"not sent: {cause.strerror}"
    if isinstance(failure, aiohttp.ClientConnectorDNSError):
        return "the host's name does not resolve"
    if isinstance(failure, aiohttp.ClientSSLError):
        return "the TLS certificate or handshake failed"
    if isinstance(failure, aiohttp.ClientConnectorError):
        return "the connection failed"
    return f"the answer could not be read ({type(failure).__name__})"
