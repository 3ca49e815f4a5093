"""Concerns of the forum service: as they are listed, and as nobody in particular raises and follows them. Rule F14."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field, TypeAdapter

from gateway.clients.upstream import Listed, Record, Upstream


class ReceiptRecord(Record):
    """The answer to a concern raised without a name; the code is shown once."""

    receipt: str
    forum: str
    area: str
    triage_by: datetime


class StepRecord(Record):
    """A step of a concern, as who raised it is told."""

    kind: str
    at: datetime
    forum: str
    to_forum: str | None = None
    words: str | None = None
    organisation: str | None = None
    alternative: str | None = None
    case_bucket: str | None = None


class FollowedRecord(Record):
    """What the holder of a code sees of a concern."""

    forum: str
    area: str
    category: str
    state: str
    raised_on: date
    triage_by: datetime
    summary: str | None = None
    steps: list[StepRecord] = Field(default_factory=list)


class ConcernRecord(Record):
    """A concern that the caller may know of: its public face."""

    id: UUID
    forum_id: UUID
    area: str
    category: str
    summary: str | None = None
    state: str
    case_bucket: str | None = None
    overdue: bool = False
    raised_on: date
    ended_on: date | None = None
    version: int


_CONCERN = TypeAdapter(ConcernRecord)
_CONCERNS = TypeAdapter(Listed[ConcernRecord])
_RECEIPT = TypeAdapter(ReceiptRecord)
_FOLLOWED = TypeAdapter(FollowedRecord)


class ConcernCalls:
    """What a client of the forum service asks about concerns."""

    _upstream: Upstream

    async def concern(self, concern_id: str) -> ConcernRecord:
        """One concern."""
        return await self._upstream.read(_CONCERN, f"/concerns/{concern_id}")

    async def concerns(self, **params: str | int | None) -> Listed[ConcernRecord]:
        """A page of concerns, newest first."""
        return await self._upstream.read(_CONCERNS, "/concerns", params)

    async def raise_concern(self, forum_id: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> ConcernRecord:
        """Bring in a concern that was raised at a meeting. Rule F14."""
        return await self._upstream.change(_CONCERN, f"/forums/{forum_id}/concerns", body, headers=headers)

    async def raise_anonymously(self, forum_id: str, body: Mapping[str, Any], key: str, network: str) -> ReceiptRecord:
        """Raise a concern without a name, from a network. Rule F14."""
        headers = {"Idempotency-Key": key, **_from(network)}
        return await self._upstream.change(_RECEIPT, f"/forums/{forum_id}/concerns/anonymous", body, headers=headers)

    async def follow_concern(self, code: str, network: str) -> FollowedRecord:
        """Where a concern stands, by its code. Rule F14."""
        return await self._upstream.change(_FOLLOWED, "/concerns/follow", {"code": code}, headers=_from(network))


def _from(network: str) -> dict[str, str]:
    """What tells the owner of the network that asks, when there is one."""
    return {"X-Forwarded-For": network} if network else {}
