"""An owner of a log (the forum's meetings) and a reader, as small as can be, on real PostgreSQL and NATS."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import MetaData

from beatbook.contracts.envelope import Received
from beatbook.contracts.forum import MeetingHeld
from beatbook.kit.app import create_app
from beatbook.kit.broker import Broker, stream_name
from beatbook.kit.consumers import Consumer, ConsumerRun
from beatbook.kit.db import Database
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.feed import FeedReader
from beatbook.kit.ids import new_id
from beatbook.kit.relay import Relay
from beatbook.kit.service import Service
from beatbook.kit.settings import ServiceSettings
from beatbook.runtime.ports import free_port
from tests.servers import Postgres
from tests.serving import on_port

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_TABLES = """
    create table tallies (area text primary key, meetings integer not null, last_position bigint not null);
    create index tallies_by_size on tallies (meetings desc);
    create table marks (seq bigint generated always as identity primary key, area text not null);
    create table letters (area text not null);
"""


def meeting(meeting_id: UUID, area: str = "XK.PRI") -> MeetingHeld:
    return MeetingHeld(
        meeting_id=meeting_id,
        forum_id=meeting_id,
        area=area,
        held_at=NOW,
        purpose="accountability",
        public=True,
        members_present=7,
        public_present=12,
    )


@asynccontextmanager
async def running(*work: Awaitable[None]) -> AsyncIterator[None]:
    """Have coroutines run beside the test; they are broken off at its end.

    Again and again: on Python 3.11 a call of the broker's client that is answered just then swallows a cancellation.
    """
    tasks = [asyncio.ensure_future(item) for item in work]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        while going_on := [task for task in tasks if not task.done()]:
            for task in going_on:
                task.cancel()
            await asyncio.wait(going_on, timeout=0.5)
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


Eventually = Callable[[Callable[[], Awaitable[bool]]], Awaitable[bool]]


@dataclass
class Owner:
    """A service with a log of meetings and a feed of it."""

    settings: ServiceSettings
    database: Database
    broker: Broker
    eventually: Eventually
    admin_url: str

    async def tamper(self, statement: str) -> None:
        """Do to the log what the service itself may not: as the database's administrator."""
        admin = await asyncpg.connect(self.admin_url)
        try:
            await admin.execute(statement)
        finally:
            await admin.close()

    async def record(
        self, count: int = 1, *, subjects: Sequence[UUID] = (), areas: Sequence[str] = ("XK.PRI",)
    ) -> None:
        ids = subjects or [new_id() for _ in range(count)]
        facts = [
            Fact(meeting(id, areas[n % len(areas)]), id, areas[n % len(areas)]) for n, id in enumerate(ids)
        ]  # fmt: skip
        pool = await self.database.pool()
        async with pool.acquire() as db, db.transaction():
            await emit_many(db, facts, actor="tester", at=NOW)

    def relay(self) -> Relay:
        return Relay("forum", self.database, self.broker)

    async def relayed(self) -> None:
        """Relay until everything in the log has been published."""
        async with running(self.relay().run()):
            await self.eventually(self.all_published)

    async def all_published(self) -> bool:
        pool = await self.database.pool()
        waiting = await pool.fetchval("select count(*) from events where position is null")
        return waiting == 0 and await pool.fetchval("select published = position from relay")

    async def stream_positions(self) -> list[int]:
        """The log positions of what the stream holds, in its order."""
        jetstream = self.broker.jetstream
        state = (await jetstream.stream_info(stream_name("forum"))).state
        messages = [
            await jetstream.get_msg(stream_name("forum"), sequence)
            for sequence in range(state.first_seq, state.last_seq + 1)
        ]
        return [int((message.headers or {})["ce-position"]) for message in messages]


@dataclass
class Reader:
    """A service that tallies meetings by area, and stumbles where it is told to."""

    service: Service
    database: Database
    broker: Broker
    feed: FeedReader
    eventually: Eventually
    handled: list[int] = field(default_factory=list)
    stumbles_over: set[UUID] = field(default_factory=set)
    writes_letters: bool = False
    pause: Callable[[], Awaitable[None]] | None = None

    async def on_meeting_held(self, db: asyncpg.Connection, events: Sequence[Received[MeetingHeld]]) -> None:
        for event in events:
            await db.execute(
                """insert into tallies values ($1, 1, $2) on conflict (area)
                   do update set meetings = tallies.meetings + 1, last_position = excluded.last_position""",
                event.area, event.position,
            )  # fmt: skip
            await db.execute("insert into marks (area) values ($1)", event.area)
            if self.writes_letters:
                await db.execute("insert into letters values ($1)", event.area)
            if event.data.meeting_id in self.stumbles_over:
                raise LookupError("a value that must not leak")
        if self.pause is not None:
            await self.pause()
        self.handled += [event.position for event in events]

    def consume(self) -> Awaitable[None]:
        return ConsumerRun(self.service.consumers[0], self.database, self.broker, self.feed).run()

    async def rows(self, query: str, *args: Any) -> list[tuple[Any, ...]]:
        pool = await self.database.pool()
        return [tuple(row) for row in await pool.fetch(query, *args)]

    async def checkpoint(self) -> int:
        found = await self.rows("select position from checkpoints")
        return int(found[0][0]) if found else 0

    async def reached(self, position: int) -> None:
        async def there() -> bool:
            return await self.checkpoint() >= position

        await self.eventually(there)


@pytest.fixture
async def broker(nats_url: str) -> AsyncIterator[Broker]:
    broker = Broker(nats_url, "test")
    await broker.connect()
    yield broker
    await broker.close()


@pytest.fixture
async def owner(
    postgres: Postgres, broker: Broker, nats_url: str, jwks: Path, tmp_path: Path, eventually: Eventually
) -> AsyncIterator[Owner]:
    (tmp_path / "revisions").mkdir()
    port = free_port()
    service = Service("log", "log", [], [MeetingHeld], MetaData(), tmp_path / "revisions")
    settings = ServiceSettings(
        database_url=await postgres.create_database(service),
        nats_url=nats_url,
        jwks=str(jwks),
        feed_secret="for readers only",
        forum_feed_secret="for readers only",
        role="api",
        port=port,
        forum_url=f"http://127.0.0.1:{port}",
    )
    async with on_port(create_app(service, settings), settings) as running:
        yield Owner(settings, running.app.state.database, broker, eventually, postgres.as_admin(settings.database_url))


@pytest.fixture
async def reader(
    postgres: Postgres, owner: Owner, broker: Broker, tmp_path: Path, eventually: Eventually
) -> AsyncIterator[Reader]:
    async def on_meeting_held(db: asyncpg.Connection, events: Sequence[Received[Any]]) -> None:
        await reader.on_meeting_held(db, events)

    service = Service(
        "tally",
        "tallies",
        [],
        [],
        MetaData(),
        tmp_path / "revisions",
        consumers=[Consumer("tally", "forum", {MeetingHeld: on_meeting_held})],
        projections=["tallies"],
        signals=["marks"],
    )
    settings = owner.settings.model_copy(update={"database_url": await postgres.create_database(service)})
    reader = Reader(service, Database(settings), broker, FeedReader(settings), eventually)
    await (await reader.database.pool()).execute(_TABLES)
    yield reader
    await reader.feed.close()
    await reader.database.close()


@pytest.fixture(name="meeting")
def _meeting() -> Callable[..., MeetingHeld]:
    return meeting


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def beside() -> Callable[..., Any]:
    return running
