"""Pilot, control and expansion sites of the forum service. Rule A4."""

from datetime import date
from uuid import UUID

from pydantic import TypeAdapter

from gateway.clients.upstream import Listed, Record, Upstream


class SiteRecord(Record):
    """What an area is in the rollout."""

    id: UUID
    area: str
    role: str
    starts_on: date
    ends_on: date | None = None


_SITE = TypeAdapter(SiteRecord)
_SITES = TypeAdapter(Listed[SiteRecord])


class SiteCalls:
    """What a client of the forum service asks about sites."""

    _upstream: Upstream

    async def site(self, area_and_id: str) -> SiteRecord:
        """One site, by its area's code and its id with a slash between."""
        area, _, site_id = area_and_id.partition("/")
        return await self._upstream.read(_SITE, f"/areas/{area}/sites/{site_id}")

    async def sites(self, **params: str | int | None) -> Listed[SiteRecord]:
        """A page of the sites of an area and below, in the order they were designated."""
        return await self._upstream.read(_SITES, "/sites", params)

    async def area_sites(self, code: str, **params: str | int | None) -> Listed[SiteRecord]:
        """A page of what one area was, is and will be."""
        return await self._upstream.read(_SITES, f"/areas/{code}/sites", params)
