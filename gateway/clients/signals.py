"""Warning signals of the forum service. Rule F17."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field, TypeAdapter

from gateway.clients.upstream import Listed, Record, Upstream


class SignalRecord(Record):
    """A warning signal of a forum that the caller is inside of."""

    id: UUID
    forum_id: UUID
    area: str
    code: str
    title: str
    evidence: dict[str, Any] = Field(default_factory=dict)
    evidence_as_of: datetime
    questions: list[str] = Field(default_factory=list)
    raised_at: datetime
    cleared_at: datetime | None = None
    finding: str | None = None
    acknowledged_at: datetime | None = None
    version: int


_SIGNAL = TypeAdapter(SignalRecord)
_SIGNALS = TypeAdapter(Listed[SignalRecord])


class SignalCalls:
    """What a client of the forum service asks about warning signals."""

    _upstream: Upstream

    async def signal(self, signal_id: str) -> SignalRecord:
        """One warning signal."""
        return await self._upstream.read(_SIGNAL, f"/signals/{signal_id}")

    async def signals(self, **params: str | int | None) -> Listed[SignalRecord]:
        """A page of warning signals, newest first."""
        return await self._upstream.read(_SIGNALS, "/signals", params)
