"""All services for one caller."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from beatbook.kit.settings import HttpSettings
from gateway.allowance import Allowance
from gateway.clients.cases import CasesClient
from gateway.clients.forum import ForumClient
from gateway.clients.handover import HandoverClient
from gateway.clients.kpi import KpiClient
from gateway.clients.upstream import CONNECTIONS_PER_SERVICE, Upstream


@dataclass(frozen=True)
class Services:
    """The services as one caller reaches them."""

    forum: ForumClient
    cases: CasesClient
    kpi: KpiClient
    handover: HandoverClient


class Network:
    """The process's connections to the services."""

    def __init__(self, session: aiohttp.ClientSession, settings: HttpSettings) -> None:
        self._session, self._settings = session, settings

    def services_for(self, bearer: str | None, allowance: Allowance) -> Services:
        """The services, reached with the caller's own token and within one operation's allowance."""
        return Services(
            forum=ForumClient(self._upstream("forum", bearer, allowance)),
            cases=CasesClient(self._upstream("cases", bearer, allowance)),
            kpi=KpiClient(self._upstream("kpi", bearer, allowance)),
            handover=HandoverClient(self._upstream("handover", bearer, allowance)),
        )

    def _upstream(self, service: str, bearer: str | None, allowance: Allowance) -> Upstream:
        return Upstream(self._session, service, self._settings.url_of(service), bearer, allowance)


@asynccontextmanager
async def network(settings: HttpSettings) -> AsyncIterator[Network]:
    """Connections that are kept open as long as the process lives."""
    connector = aiohttp.TCPConnector(limit_per_host=CONNECTIONS_PER_SERVICE, ttl_dns_cache=60)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Network(session, settings)
