"""How the demo speaks to the services: many requests at once, each of which may be sent again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp
import orjson

from beatbook.runtime.refusal import Refusal

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 2
"""As many as a service on a laptop keeps connections to its database for: more would have it open others."""
ATTEMPTS = 8
PASSING = frozenset({429, 502, 503, 504})
NOBODY = ""
"""In the place of a token: a request of somebody who does not say who they are."""


class Calls:
    """Requests to the services in the name of one token.

    Every POST carries an Idempotency-Key made of what it is for: sent again after an interruption it has no second
    effect, and gets the answer of the first; None where that was shown once only.
    """

    def __init__(self, session: aiohttp.ClientSession, urls: Mapping[str, str], token: str, seed: str) -> None:
        self._session, self._urls, self._token, self._seed = session, urls, token, seed

    def named(self, token: str) -> "Calls":
        """The same in the name of another token."""
        return Calls(self._session, self._urls, token, self._seed)

    async def get(self, service: str, path: str, **query: Any) -> Any:
        """Read something; raises `Refusal`."""
        return await self._send("GET", service, path, None, {}, query)

    async def post(
        self, service: str, path: str, body: Any = None, *, purpose: str, change: bool = False, token: str | None = None
    ) -> Any:
        """Send a command; `purpose` names it among all of this demo's, `change` that it changes something.

        Raises `Refusal` with what the service says to mend.
        """
        headers = {"Idempotency-Key": f"{self._seed} {purpose}"} | ({"If-Match": "*"} if change else {})
        return await self._send("POST", service, path, body, headers, {}, token)

    async def change(self, method: str, service: str, path: str, body: Any, token: str | None = None) -> Any:
        """Put or patch a resource, whatever its version; raises `Refusal`."""
        return await self._send(method, service, path, body, {"If-Match": "*"}, {}, token)

    async def _send(
        self,
        method: str,
        service: str,
        path: str,
        body: Any,
        headers: dict[str, str],
        query: Mapping[str, Any],
        token: str | None = None,
    ) -> Any:
        content = None if body is None else orjson.dumps(body)
        headers = {"Content-Type": "application/json"} | headers
        if token != NOBODY:
            headers["Authorization"] = f"Bearer {token or self._token}"
        url = self._urls[service] + path
        for attempt in range(ATTEMPTS):
            try:
                async with self._session.request(method, url, data=content, headers=headers, params=query) as response:
                    received = await response.read()
                    if response.status < 400:
                        return orjson.loads(received)
                    if response.status == 409 and orjson.loads(received).get("code") == "shown-once":
                        return None
                    if response.status not in PASSING or attempt == ATTEMPTS - 1:
                        raise Refusal(f"{service} refused {method} {path}: {_explain(received, response.status)}")
            except (aiohttp.ClientConnectionError, TimeoutError) as error:
                if attempt == ATTEMPTS - 1:
                    raise Refusal(f"{service} does not answer at {self._urls[service]}: is it running?") from error
            await asyncio.sleep(0.1 * 2**attempt)
        raise AssertionError("unreachable")


def _explain(content: bytes, status: int) -> str:
    try:
        problem = orjson.loads(content)
        return " ".join([problem["detail"], *problem.get("unmet", ())])
    except (ValueError, KeyError, TypeError):
        return f"status {status}"


@asynccontextmanager
async def calling(urls: Mapping[str, str], token: str, seed: str) -> AsyncIterator[Calls]:
    """Open connections for `AT_ONCE` requests at a time."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=4 * AT_ONCE),
        timeout=aiohttp.ClientTimeout(total=30),
    ) as session:
        yield Calls(session, urls, token, seed)


async def wait_for(what: str, check: Callable[[], Awaitable[bool]], *, patience: float) -> None:
    """Ask until `check` says yes; raises `Refusal` when that takes longer than `patience` seconds."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + patience
    while not await check():
        if clock() > deadline:
            raise Refusal(f"The demo waits for {what} in vain: see the services' logs, then start again.")
        await asyncio.sleep(0.1)


async def in_order(do: Callable[[T], Awaitable[R]], things: Iterable[T]) -> list[R]:
    """Do something with each thing: begun in their order, a few at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(thing: T) -> R:
        async with gate:
            return await do(thing)

    return await asyncio.gather(*map(one, things))
