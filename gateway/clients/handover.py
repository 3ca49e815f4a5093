"""The handover service: briefs for those who take over."""

from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from gateway.clients.upstream import Listed, Record, Upstream


class BriefRecord(Record):
    """A brief, composed and frozen. Rule H8."""

    id: UUID
    area: str
    as_of: datetime
    number: int
    sha256: str


_BRIEF = TypeAdapter(BriefRecord)
_BRIEFS = TypeAdapter(Listed[BriefRecord])


class HandoverClient:
    """The handover service for one caller."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def brief(self, brief_id: str) -> BriefRecord:
        """One brief."""
        return await self._upstream.read(_BRIEF, f"/briefs/{brief_id}")

    async def briefs(self, **params: str | int | None) -> Listed[BriefRecord]:
        """A page of briefs, newest first."""
        return await self._upstream.read(_BRIEFS, "/briefs", params)
