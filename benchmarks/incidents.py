"""A log of incidents, its stream, and the kpi service's projection of it: what the reading half is measured with."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from beatbook.contracts.areas import lineage
from beatbook.contracts.cases import IncidentRecorded
from beatbook.kit.arriving import Arrived
from beatbook.kit.broker import Broker
from beatbook.kit.consumers import BATCH, Consumer, ConsumerRun
from beatbook.kit.db import Database
from beatbook.kit.feed import FeedReader
from beatbook.kit.relay import Relay
from beatbook.kit.settings import ServiceSettings
from beatbook.kit.streams import opened
from benchmarks.measuring import Servers, ended, migrated
from benchmarks.serving import settings_of
from services.kpi.facts.tables import FactCell
from tests.serving import service_named

SOURCE = "cases"
_FILL = """
    insert into events (id, type, subject, area, time, actor, data, position)
    select uuidv7(), 'org.beatbook.cases.incident.recorded.v1', incident, area, now(), 'bench',
           jsonb_build_object('incident_id', incident, 'area', area, 'month', month, 'category', category,
                              'repeat_victim', false),
           case when $3 then $1 + n end
    from (
        select n, gen_random_uuid() as incident,
               'XK.M' || place / 12 || '.N' || place as area,
               date '2025-01-01' + (random() * 2)::int * interval '1 month' as month,
               (array['0101', '0201', '0301', '0401', '0501', '0701', '0801', '0901'])[1 + (random() * 7)::int]
                   as category
        from (select n, (random() * 143)::int as place from generate_series(1, $2) as n) as placed
    ) as incident
"""
"""144 neighbourhoods, three months and 8 categories by chance: 3,456 cells below, 312 above."""


class _Table(DeclarativeBase):
    """The naive handler's own picture of the checkpoints."""


class _Checkpoint(_Table):
    __tablename__ = "checkpoints"
    consumer: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]


@dataclass
class Incidents:
    """The owner's log with its stream, and a reader's database."""

    owner: ServiceSettings
    reader: ServiceSettings
    log: Database
    database: Database
    broker: Broker
    feed: FeedReader

    @classmethod
    async def of(cls, machines: Servers, owner: ServiceSettings, reader: ServiceSettings) -> "Incidents":
        """Connections for these settings."""
        broker = Broker(machines.nats.url, "bench")
        await broker.connect()
        return cls(owner, reader, Database(owner), Database(reader), broker, FeedReader(reader))

    @property
    def consumer(self) -> Consumer:
        """What the kpi service does with incidents."""
        return next(item for item in service_named("kpi").consumers if item.source == SOURCE)

    async def fill(self, count: int, *, placed: bool = False) -> None:
        """Commit so many incidents; `placed`: as if the relay had been there already, the stream having lost them."""
        pool = await self.log.pool()
        before = await pool.fetchval("select count(*) from events")
        for start in range(before, before + count, 20_000):
            await pool.execute(_FILL, start, min(20_000, before + count - start), placed, timeout=600)
        if placed:
            await pool.execute("update relay set position = $1, published = $1", before + count)

    async def relay(self, upto: int) -> None:
        """Publish what waits, up to a position."""
        async with beside(Relay(SOURCE, self.log, self.broker).run()):
            pool = await self.log.pool()
            while await pool.fetchval("select published from relay") < upto:
                await asyncio.sleep(0.05)

    async def empty_reader(self) -> None:
        """The reader as if it had read nothing."""
        pool = await self.database.pool()
        await pool.execute("truncate facts, changed_cells, checkpoints, parked_events")

    async def project(self, upto: int) -> float:
        """Have the consumer at work up to a position; the seconds it takes at the pace it has after its first batch."""
        run = ConsumerRun(self.consumer, self.database, self.broker, self.feed)
        return await self._until(upto, run.run())

    async def _until(self, upto: int, work: Awaitable[None]) -> float:
        pool = await self.database.pool()
        async with beside(work):
            while not (first := await pool.fetchval("select max(position) from checkpoints") or 0):
                await asyncio.sleep(0.01)
            began = time.perf_counter()
            while await pool.fetchval("select max(position) from checkpoints") < upto:
                await asyncio.sleep(0.01)
            return (time.perf_counter() - began) * upto / max(1, upto - first)

    async def receive(self, upto: int) -> float:
        """Receive the same messages, as the consumer does, and read their headers; nothing is decoded or applied."""
        began = time.perf_counter()
        position = 0
        async with opened(self.broker, SOURCE, start=1) as stream:
            while position < upto:
                events = [Arrived.from_message(message) for message in await stream.take(BATCH, 2)]
                position = events[-1].position
        return time.perf_counter() - began

    async def naively(self, upto: int) -> float:
        """Read the same messages one by one, each a transaction with ORM rows; the seconds it takes."""
        sessions = async_sessionmaker(self.database.engine, class_=AsyncSession, expire_on_commit=False)
        async with sessions.begin() as session:
            session.add(_Checkpoint(consumer="kpi", source=SOURCE, position=0))
        began = time.perf_counter()
        position = 0
        async with opened(self.broker, SOURCE, start=1) as stream:
            while position < upto:
                (message,) = await stream.take(1, 2)
                event = Arrived.from_message(message)
                data = IncidentRecorded.model_validate_json(message.data)
                async with sessions.begin() as session:
                    checkpoint = await session.get_one(_Checkpoint, ("kpi", SOURCE))
                    for area in lineage(data.area):
                        await _count(session, area, data)
                    checkpoint.position = position = event.position
        return time.perf_counter() - began

    async def close(self) -> None:
        """Close all connections."""
        await self.feed.close()
        await self.broker.close()
        await self.database.close()
        await self.log.close()


async def _count(session: AsyncSession, area: str, data: IncidentRecorded) -> None:
    key = {"measure": "incidents", "area": area, "month": data.month, "category": data.category}
    cell = await session.get(FactCell, {**key, "counts_from": date.min})
    if cell is None:
        session.add(FactCell(**key, counts_from=date.min, count=1))
    else:
        cell.count += 1


class beside:  # noqa: N801 - reads as a word
    """Have a coroutine run beside a block, and break it off at the block's end."""

    def __init__(self, work: Awaitable[None]) -> None:
        self._work = work

    async def __aenter__(self) -> None:
        self._task = asyncio.ensure_future(self._work)

    async def __aexit__(self, *_: object) -> None:
        await ended(self._task)
        if not self._task.cancelled():
            self._task.result()


async def open_incidents(machines: Servers, **more: Any) -> Incidents:
    """Both databases, and settings of both services."""
    cases, kpi = service_named(SOURCE), service_named("kpi")
    owner = settings_of(machines, cases, await migrated(machines, cases), **more)
    url = f"http://127.0.0.1:{owner.port}"
    reader = settings_of(machines, kpi, await migrated(machines, kpi), cases_url=url)
    return await Incidents.of(machines, owner, reader)
