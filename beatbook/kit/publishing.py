"""Publishing: events as one atomic batch of NATS messages, which the stream stores whole or not at all. ADR 0011.

A batch names the last sequence that the stream must have, so that it follows what came before or fails. A few events go
as plain messages instead, each after the one before was acknowledged: for an atomic batch the server makes files, which
takes it milliseconds. Messages are written out here, since the client's own way costs a header dict and eleven checks
for each: half of all the work.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg

from beatbook.contracts.envelope import SUBJECT_PREFIX, TYPE_PREFIX, cloudevent_headers

MOST_EVENTS = 1000
"""Messages that the server takes in one batch at most."""
FEW_EVENTS = 8
ACK_SECONDS = 5.0
_STORE_REFUSED = 10077
_ACCOUNT_FULL, _SERVER_FULL, _STORAGE_FULL = 10002, 10023, 10047


class PublishStopped(Exception):
    """The broker did not acknowledge a batch; what the stream has must be looked up before going on."""


class StreamFull(PublishStopped):
    """The stream has reached its own bound."""


class BrokerFull(PublishStopped):
    """The broker has no room for anybody: its disk, or what the account may use of it."""


@dataclass(frozen=True)
class Batch:
    """Events written out for the wire."""

    id: str
    wires: Sequence[bytes]
    """All in one piece, or each event by itself when they are few."""
    sequence: int
    """The stream's last sequence once it has the batch."""
    position: int
    """The last event's position in the log."""
    traceparents: Sequence[str | None]

    @property
    def atomic(self) -> bool:
        """Whether the stream has it whole or not at all."""
        return self.count > FEW_EVENTS

    @property
    def count(self) -> int:
        """How many events it is."""
        return len(self.traceparents)


class Publisher:
    """Publishes batches, one at a time, on a client's connection."""

    def __init__(self, client: Client, service: str) -> None:
        self._client, self._service = client, service
        self._inbox = client.new_inbox()
        self._awaited: tuple[str, asyncio.Future[bytes]] | None = None

    async def open(self) -> None:
        """Listen for acknowledgements."""
        await self._client.subscribe(f"{self._inbox}.*", cb=self._heard)

    def write(self, rows: Sequence[asyncpg.Record], sequence: int) -> Batch:
        """Write events out as the batch that follows `sequence` in the stream.

        A row has `id`, `type`, `subject`, `area`, `time`, `actor`, `data` (JSON text), `traceparent`, `position`.
        """
        id, atomic = uuid4().hex, len(rows) > FEW_EVENTS
        source = f"/beatbook/{self._service}"
        wire: list[bytes] = []
        for number, row in enumerate(rows, 1):
            traceparent = row["traceparent"]
            head = _HEAD % (
                *(row["id"], row["type"], source, row["subject"], row["time"].isoformat(), row["area"]),
                *(_one_line(row["actor"]), row["position"]),
            )
            if traceparent:
                head += f"ce-traceparent: {_one_line(traceparent)}\r\n"
            if number == 1 or not atomic:
                head += f"Nats-Expected-Last-Sequence: {sequence + number - 1}\r\n"
            if atomic:
                head += f"Nats-Batch-Id: {id}\r\nNats-Batch-Sequence: {number}\r\n"
                head += "Nats-Batch-Commit: 1\r\n" if number == len(rows) else ""
            subject = _subject(self._service, row["type"], row["area"])
            if number == len(rows) or not atomic:
                subject += f" {self._inbox}.{id if atomic else f'{id}{number}'}"
            headers, data = (head + "\r\n").encode(), row["data"].encode()
            size = f"{len(headers)} {len(headers) + len(data)}"
            wire += (f"HPUB {subject} {size}\r\n".encode(), headers, data, b"\r\n")
        position = rows[-1]["position"]
        wires = [b"".join(wire)] if atomic else [b"".join(wire[start : start + 4]) for start in range(0, len(wire), 4)]
        return Batch(id, wires, sequence + len(rows), position, [row["traceparent"] for row in rows])

    async def publish(self, batch: Batch) -> None:
        """Publish a batch and wait until the stream has it.

        Raises `StreamFull`, `BrokerFull`; `PublishStopped` when it is not known whether the stream has it.
        """
        if not self._client.is_connected:  # the client would keep it, and send it when nobody waits for it any more
            raise PublishStopped("not connected")
        try:
            async with asyncio.timeout(ACK_SECONDS):
                if batch.atomic:
                    found = await self._ask(batch.wires[0], batch.id)
                    _check(found, (batch.id, batch.count, batch.sequence))
                    return
                for number, wire in enumerate(batch.wires, 1):
                    found = await self._ask(wire, f"{batch.id}{number}")
                    _check(found, (None, None, batch.sequence - batch.count + number))
        except TimeoutError as error:
            raise PublishStopped("no answer") from error
        finally:
            self._awaited = None

    async def _ask(self, wire: bytes, id: str) -> bytes:
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._awaited = (f"{self._inbox}.{id}", answer)
        await self._client._send_command(wire)
        await self._client._flush_pending()
        return await answer

    async def _heard(self, message: Msg) -> None:
        if self._awaited is not None and message.subject == self._awaited[0] and not self._awaited[1].done():
            self._awaited[1].set_result(message.data)


def _check(answer: bytes, wanted: tuple[str | None, int | None, int]) -> None:
    """Raise unless the answer acknowledges what is wanted: batch, number of events, the stream's last sequence then."""
    found: dict[str, Any] = orjson.loads(answer) if answer else {"error": {"description": "there is no stream"}}
    if (error := found.get("error")) is not None:
        description = str(error.get("description"))
        if error.get("err_code") == _STORE_REFUSED and description.startswith("maximum "):
            raise StreamFull(description)
        if error.get("err_code") in (_STORE_REFUSED, _ACCOUNT_FULL, _SERVER_FULL, _STORAGE_FULL):
            raise BrokerFull(description)
        raise PublishStopped(description)
    if (found.get("batch"), found.get("count"), found.get("seq")) != wanted:
        raise PublishStopped("the acknowledgement is not of this batch")


def _template(names: Iterable[str]) -> str:
    """The headers of an event, `%s` for each value in the order of `names`."""
    marks = {name: f"%({name})s" for name in names}
    headers = cloudevent_headers(**marks, traceparent=None)  # type: ignore[arg-type]  # marks in place of values
    text = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    assert [mark.group(1) for mark in re.finditer(r"%\((\w+)\)s", text)] == list(names)
    return "NATS/1.0\r\n" + re.sub(r"%\(\w+\)s", "%s", text)


_HEAD = _template(("id", "type", "source", "subject", "time", "area", "actor", "position"))


@lru_cache(maxsize=4096)
def _subject(service: str, type: str, area: str) -> str:
    """`org.beatbook.forum.minutes.published.v1` and an area make `beatbook.forum.minutes.published.XK.PRI`.

    Raises `ValueError` for one that would break the line it is written on, and for one that is not this service's: the
    broker would refuse it as an attempt to cheat, which ends the process and its API with it. ADR 0013.
    """
    kind = type.removeprefix(f"{TYPE_PREFIX}.").rpartition(".")[0]
    subject = f"{SUBJECT_PREFIX}.{kind}.{area}"
    if not subject.isprintable() or " " in subject or not kind.startswith(f"{service}."):
        raise ValueError("an event's type and area make no subject of this service's")
    return subject


@lru_cache(maxsize=4096)
def _one_line(value: str) -> str:
    """A header's value: an actor's name is somebody else's text, and must not begin a header of its own."""
    return value.strip().replace("\r", " ").replace("\n", " ")
