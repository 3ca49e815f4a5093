"""Events as they arrive, from a stream or from their owner's log, and as handlers get them. ADR 0012."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from nats.aio.msg import Msg
from pydantic import TypeAdapter

from beatbook.contracts.envelope import Event, Received


@dataclass(slots=True)
class Arrived:
    """An event as it arrived, before decoding; `data` is JSON."""

    id: UUID
    type: str
    subject: str
    area: str
    time: datetime
    actor: str
    data: bytes | dict[str, Any]
    position: int
    traceparent: str | None

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


def decode(kind: type[Event], events: Sequence[Arrived]) -> list[Received[Event]]:
    """Events of one type as their class.

    Fields this reader doesn't know are left out: within a version fields are only added. Rule X2. Raises
    `pydantic.ValidationError` for data that breaks the contract, and `ValueError` for what is no JSON.
    """
    if len(events) == 1:  # an error tells its place within the event
        data = [kind.model_validate_json(_json(events[0]), extra="ignore")]
    else:  # one call for all of them costs half as much
        data = _lists_of(kind).validate_json(b"[%b]" % b",".join(map(_json, events)), extra="ignore")
        if len(data) != len(events):
            raise ValueError("data that is no JSON")
    return [
        Received(
            id=event.id,
            type=event.type,
            subject=event.subject,
            area=event.area,
            time=event.time,
            actor=event.actor,
            data=item,
            position=event.position,
            traceparent=event.traceparent,
        )
        for event, item in zip(events, data, strict=True)
    ]


def _json(event: Arrived) -> bytes:
    return event.data if isinstance(event.data, bytes) else orjson.dumps(event.data)


@cache
def _lists_of(kind: type[Event]) -> TypeAdapter[list[Event]]:
    return TypeAdapter(list[kind])  # type: ignore[valid-type]  # made for each class as it comes
