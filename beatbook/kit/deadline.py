"""A request is answered in time, whatever hangs behind it: a clock runs once its body is in. ARCHITECTURE 7, X4."""

import asyncio
import logging
from typing import Protocol

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from beatbook.kit.errors import Unavailable, answer, unanswered

log = logging.getLogger(__name__)


class Refusal(Protocol):
    """What to answer a request that is broken off."""

    def __call__(self, *, committing: bool) -> Unavailable:
        """`committing`: its commit had begun."""


class Deadline:
    """Answers 503 for a request that the application has not begun to answer in time, and breaks it off.

    The answer doesn't wait for what is broken off: letting go of a connection to a frozen server takes time too. While
    the caller still sends its body the clock starts anew with each part, and an answer once begun may take its time.
    """

    def __init__(self, app: ASGIApp, seconds: float, refusal: Refusal = unanswered) -> None:
        self._app, self._seconds, self._refusal = app, seconds, refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        return await _Timed(scope, receive, send, self._seconds, self._refusal).serve(self._app)


class _Timed:
    """One request and its clock."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, seconds: float, refusal: Refusal) -> None:
        self._scope, self._receive, self._send, self._seconds = scope, receive, send, seconds
        self._refusal = refusal
        self._scope.setdefault("state", {})
        self._task = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        self._clock = self._loop.call_later(seconds, self._late)
        self._begun = False
        self._refusing: asyncio.Task[None] | None = None

    async def serve(self, app: ASGIApp) -> None:
        try:
            await app(self._scope, self._receive_in_time, self._send_in_time)
        except asyncio.CancelledError:
            if self._refusing is None or self._task is None or self._task.uncancel() > 0:
                raise
        except Exception as error:
            if self._refusing is None:
                raise
            log.warning("a request broken off ended with %s", type(error).__name__)
        finally:
            self._clock.cancel()
            if self._refusing is not None:
                await self._refusing

    def _late(self) -> None:
        """Answer now; then break the request off."""
        log.warning("a request is broken off after %.0f s", self._seconds)
        response = answer(self._refusal(committing=bool(self._scope["state"].get("committing"))))
        self._refusing = self._loop.create_task(self._refuse(response))
        assert self._task is not None
        self._task.cancel()

    async def _refuse(self, response: Response) -> None:
        await response(self._scope, self._receive, self._send)

    async def _receive_in_time(self) -> Message:
        message = await self._receive()
        if not self._clock.cancelled() and message["type"] == "http.request":
            self._clock.cancel()
            self._clock = self._loop.call_later(self._seconds, self._late)
        return message

    async def _send_in_time(self, message: Message) -> None:
        if self._refusing is not None:
            return
        self._clock.cancel()
        await self._send(message)
