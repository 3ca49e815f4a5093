"""Connections to partners' endpoints that never reach a private address. Rule W5.

The check sits where a socket is made, after the name was resolved and before anything is sent, so that neither a name,
nor a name that changes its mind, nor an address written oddly gets around it. Redirects are never followed.
"""

import asyncio
import errno
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.typedefs import StrOrURL

from services.webhooks.deliveries.rules import ANSWER_BYTES, TIMEOUT
from services.webhooks.endpoints.rules import address_fault

LOOKUPS_AT_ONCE = 32
AddressInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


class ForbiddenTarget(OSError):
    """The host's address is not one that we send to."""


class Lookup(AbstractResolver):
    """The system's resolver in threads of its own: a name server that doesn't answer holds up nobody else's name."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUPS_AT_ONCE, thread_name_prefix="lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host; raises `OSError`."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        )
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=kind, proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]  # fmt: skip

    async def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Outbound:
    """One HTTP session for everything that is sent."""

    def __init__(self, *, embedded: bool, resolver: AbstractResolver | None = None) -> None:
        self._embedded = embedded
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                resolver=resolver or Lookup(),
                use_dns_cache=False,
                keepalive_timeout=5,
                socket_factory=self._open_socket,
            ),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT.total_seconds()),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"User-Agent": "Beatbook-Webhooks/1", "Accept-Encoding": "identity"},
        )

    def _open_socket(self, info: AddressInfo) -> socket.socket:
        """A socket for an address; raises `ForbiddenTarget` for one that is not on the public internet."""
        family, kind, protocol, _, address = info
        if fault := address_fault(ip_address(str(address[0])), embedded=self._embedded):
            raise ForbiddenTarget(errno.EACCES, f"the host's address is {fault}")
        return socket.socket(family, kind, protocol)

    async def post(self, url: StrOrURL, body: str, headers: dict[str, str]) -> tuple[int, str | None, str]:
        """Post JSON; returns the status, the Retry-After header and the answer's first bytes as text.

        Raises `aiohttp.ClientError`, `TimeoutError` or `ValueError`.
        """
        async with self._session.post(
            url, data=body.encode(), headers={"Content-Type": "application/json", **headers}, allow_redirects=False
        ) as response:
            answer = b""
            while len(answer) < ANSWER_BYTES and (part := await response.content.read(ANSWER_BYTES - len(answer))):
                answer += part
            if not response.content.at_eof():
                response.close()
            return response.status, response.headers.get("Retry-After"), answer.decode(errors="replace")

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
