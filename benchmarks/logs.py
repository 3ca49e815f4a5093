"""A log of meetings to publish: what the relay's benchmarks measure with, and the bare and naive ways beside it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from nats.aio.msg import Msg
from sqlalchemy import DateTime, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from beatbook.contracts.envelope import cloudevent_headers
from beatbook.kit.broker import Broker, stream_name
from beatbook.kit.db import Database
from beatbook.kit.publishing import MOST_EVENTS, Publisher
from beatbook.kit.relay import Relay
from beatbook.kit.settings import ServiceSettings
from beatbook.runtime.nats import NatsServer
from benchmarks.measuring import Servers, ended, migrated
from tests.serving import service_named

SERVICE = "forum"
SUBJECT = "beatbook.forum.meeting.held.XK.PRI"
WINDOW = 500
_FILL = """
    insert into events (id, type, subject, area, time, actor, data)
    select uuidv7(), 'org.beatbook.forum.meeting.held.v1', gen_random_uuid(), 'XK.PRI', now(), 'bench',
           jsonb_build_object('meeting_id', gen_random_uuid(), 'forum_id', gen_random_uuid(), 'area', 'XK.PRI',
               'held_at', '2026-03-01T12:00:00Z', 'purpose', 'accountability', 'public', true,
               'members_present', 7, 'public_present', 12)
    from generate_series(1, $1)
"""
_ROWS = """
    select id::text, type, subject::text, area, time, actor, data::text as data, traceparent,
           row_number() over (order by seq) as position
    from events order by seq
"""


class _Table(DeclarativeBase):
    """The naive relay's own picture of the log."""


class _Event(_Table):
    __tablename__ = "events"
    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    type: Mapped[str]
    subject: Mapped[UUID]
    area: Mapped[str]
    time: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str]
    data: Mapped[Any] = mapped_column(JSONB)
    traceparent: Mapped[str | None]
    position: Mapped[int | None]


@dataclass
class Log:
    """A service's log on a database of its own, and its stream."""

    database: Database
    broker: Broker
    url: str
    admin_url: str

    async def fill(self, count: int) -> None:
        """Commit so many events, 20,000 in a transaction."""
        pool = await self.database.pool()
        for start in range(0, count, 20_000):
            await pool.execute(_FILL, min(20_000, count - start), timeout=600)

    async def append(self, db: asyncpg.Connection) -> None:
        """Commit one event."""
        await db.execute(_FILL, 1)

    async def stored(self) -> int:
        """How many events the log holds."""
        found = "select case when is_called then last_value else 0 end from events_seq_seq"
        return int(await (await self.database.pool()).fetchval(found))

    async def reset(self) -> None:
        """An empty log and an empty stream."""
        pool = await self.database.pool()
        await pool.execute("grant truncate on events to current_user")  # a service's log is append-only otherwise
        await pool.execute("truncate events restart identity")
        await pool.execute("update relay set position = 0, published = 0")
        await self.empty_stream()

    async def empty_stream(self) -> None:
        """The stream as new."""
        await self.broker.ensure_stream(SERVICE)
        await self.broker.jetstream.delete_stream(stream_name(SERVICE))
        await self.broker.ensure_stream(SERVICE)

    async def rows(self) -> Sequence[asyncpg.Record]:
        """The whole log as the relay reads it."""
        return await (await self.database.pool()).fetch(_ROWS)

    async def relay(self, upto: int) -> float:
        """Have the relay publish what waits, up to a position; the seconds from its start."""
        relay = Relay(SERVICE, self.database, self.broker)
        began = time.perf_counter()
        running = asyncio.create_task(relay.run())
        while relay.published < upto:
            await asyncio.sleep(0.001)
        taken = time.perf_counter() - began
        await ended(running)
        return taken

    async def batches(self, rows: Sequence[asyncpg.Record]) -> float:
        """Publish rows in memory in atomic batches, written as the relay writes them; the seconds it takes."""
        publisher = Publisher(self.broker.client, SERVICE)
        await publisher.open()
        began = time.perf_counter()
        publishing: asyncio.Task[None] | None = None
        for start in range(0, len(rows), MOST_EVENTS):
            batch = publisher.write(rows[start : start + MOST_EVENTS], start)
            if publishing is not None:
                await publishing
            publishing = asyncio.create_task(publisher.publish(batch))
            await asyncio.sleep(0)
        if publishing is not None:
            await publishing
        return time.perf_counter() - began

    async def windows(self, rows: Sequence[asyncpg.Record]) -> float:
        """Publish rows in memory one message at a time by the client, two windows of acknowledgements in flight."""
        client = self.broker.client
        inbox, arrived = client.new_inbox(), asyncio.Queue[bytes]()

        async def heard(message: Msg) -> None:
            arrived.put_nowait(message.data)

        await client.subscribe(inbox, cb=heard)
        headers = [_headers(row) for row in rows]
        payloads = [row["data"].encode() for row in rows]
        began = time.perf_counter()
        open_ends = 0
        for start in range(0, len(rows), WINDOW):
            for n in range(start, min(start + WINDOW, len(rows))):
                headers[n]["Nats-Expected-Last-Sequence"] = str(n)
                await client.publish(SUBJECT, payloads[n], reply=inbox, headers=headers[n])
                open_ends += 1
            while open_ends > WINDOW:
                open_ends -= _good(await arrived.get())
        while open_ends:
            open_ends -= _good(await arrived.get())
        return time.perf_counter() - began

    async def naively(self, count: int) -> float:
        """Publish `count` events as ORM rows, each awaited, one commit for a hundred; the seconds it takes."""
        engine = create_async_engine(self.url.replace("postgresql://", "postgresql+asyncpg://", 1))
        sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
        jetstream = self.broker.jetstream
        began = time.perf_counter()
        done = 0
        while done < count:
            async with sessions.begin() as session:
                waiting = select(_Event).where(_Event.position.is_(None)).order_by(_Event.seq).limit(100)
                for event in (await session.scalars(waiting)).all():
                    done += 1
                    event.position = done
                    found = {name: getattr(event, name) for name in ("id", "type", "subject", "area", "actor", "time")}
                    headers = _headers({**found, "position": done, "traceparent": event.traceparent})
                    await jetstream.publish(SUBJECT, orjson.dumps(event.data), headers=headers)
        taken = time.perf_counter() - began
        await engine.dispose()
        return taken

    async def close(self) -> None:
        """Close all connections."""
        await self.broker.close()
        await self.database.close()


async def open_log(machines: Servers, nats: NatsServer | None = None) -> Log:
    """A log on the benchmark's own servers, its stream on their broker unless another is given."""
    url, nats_url = await migrated(machines, service_named(SERVICE)), (nats or machines.nats).url
    settings = ServiceSettings(database_url=url, nats_url=nats_url, jwks="", feed_secret="bench-bench")
    broker = Broker(nats_url, "bench")
    await broker.connect()
    admin_url = machines.postgres.admin_url.rpartition("/")[0] + "/" + url.rpartition("/")[2]
    return Log(Database(settings), broker, url, admin_url)


def _good(answer: bytes) -> int:
    assert "seq" in orjson.loads(answer), answer
    return 1


def _headers(row: Any) -> dict[str, str]:
    return cloudevent_headers(
        id=str(row["id"]),
        type=row["type"],
        source=f"/beatbook/{SERVICE}",
        subject=str(row["subject"]),
        area=row["area"],
        time=row["time"].isoformat(),
        actor=row["actor"],
        position=row["position"],
        traceparent=row["traceparent"],
    )
