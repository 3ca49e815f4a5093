"""Events as they arrive, from a stream or from their owner's log, and as handlers get them. ADR 0012."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from nats.aio.msg import Msg
from pydantic import TypeAdapter

from beatbook.contracts.envelope import Event, Received

COLUMNS = ("id", "type", "subject", "area", "time", "actor", "data", "position", "traceparent")
"""What an event consists of, in the order of `Arrived`'s arguments."""


class Arrived(Received[Any]):
    """An event as it arrived. What handlers get is the same object: `json` is decoded to `data` for them."""

    __slots__ = ("json",)

    def __init__(
        self, id: UUID, type: str, subject: str, area: str, time: datetime, actor: str, data: bytes | dict[str, Any],
        position: int, traceparent: str | None,
    ) -> None:  # fmt: skip
        self.id, self.type, self.subject, self.area, self.time = id, type, subject, area, time
        self.actor, self.json, self.position, self.traceparent = actor, data, position, traceparent

    @classmethod
    def from_message(cls, message: Msg) -> "Arrived":
        """Read a CloudEvent in binary mode; raises `KeyError` or `ValueError` when it is none of ours."""
        headers: Mapping[str, str] = message.headers or {}
        return cls(
            UUID(headers["ce-id"]),
            headers["ce-type"],
            headers["ce-subject"],
            headers["ce-area"],
            datetime.fromisoformat(headers["ce-time"]),
            headers["ce-actor"],
            message.data,
            int(headers["ce-position"]),
            headers.get("ce-traceparent"),
        )

    @classmethod
    def from_log(cls, event: Mapping[str, Any]) -> "Arrived":
        """Take an event of the owner's log, as its feed tells it."""
        return cls(
            UUID(event["id"]),
            event["type"],
            event["subject"],
            event["area"],
            datetime.fromisoformat(event["time"]),
            event["actor"],
            event["data"],
            event["position"],
            event["traceparent"],
        )


def decode(kind: type[Event], events: Sequence[Arrived]) -> Sequence[Received[Event]]:
    """Events of one type, their data as that class.

    Fields this reader doesn't know are left out: within a version fields are only added. Rule X2. Raises
    `pydantic.ValidationError` for data that breaks the contract, and `ValueError` for what is no JSON.
    """
    if len(events) == 1:  # an error tells its place within the event
        events[0].data = kind.model_validate_json(_text(events[0]), extra="ignore")
        return events
    # one call for all of them costs half as much
    found = _lists_of(kind).validate_json(b"[%b]" % b",".join(map(_text, events)), extra="ignore")
    if len(found) != len(events):
        raise ValueError("data that is no JSON")
    for event, data in zip(events, found, strict=True):
        event.data = data
    return events


def _text(event: Arrived) -> bytes:
    return event.json if isinstance(event.json, bytes) else orjson.dumps(event.json)


@cache
def _lists_of(kind: type[Event]) -> TypeAdapter[list[Event]]:
    return TypeAdapter(list[kind])  # type: ignore[valid-type]  # made for each class as it comes
