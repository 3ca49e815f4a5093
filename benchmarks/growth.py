"""What an event costs when a million are stored, beside ten thousand. Ratios of logs that differ in nothing else.

- append: one event, committed by itself.
- relay, in flow: committed events to the broker's acknowledgement, at full speed.
- relay, alone: one event after a quiet moment, from its commit to the acknowledgement.
- consumer: the kpi service's projection of meetings held, from the end of the stream, at full speed.

Both logs were filled and relayed as in life, so that the dead entries of all their claims are there too.

Wanted: at a million at most 1.2x of the time per event.

Run: nice .venv/bin/python -m benchmarks.growth [--stored 1000000] [--events 20000] [--rounds 5]
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable

import uvloop

from beatbook.kit.consumers import ConsumerRun
from beatbook.kit.db import Database
from beatbook.kit.feed import FeedReader
from beatbook.kit.relay import Relay
from beatbook.runtime.nats import NatsServer
from benchmarks.incidents import beside
from benchmarks.logs import SERVICE, Log, open_log
from benchmarks.measuring import (
    Ratio,
    Servers,
    arguments,
    ended,
    interleaved,
    migrated,
    nats_server,
    reach_nats,
    report,
    servers,
)
from benchmarks.serving import settings_of
from tests.serving import service_named

FEW = 10_000
SINGLES = 300
STEP = 50_000

Way = Callable[[Log], Awaitable[float]]


async def grow(log: Log, stored: int) -> None:
    """Fill a log and relay it, in steps, until it holds so many events."""
    await log.reset()
    for held in range(0, stored, STEP):
        await log.fill(min(STEP, stored - held))
        await log.relay(min(stored, held + STEP))


async def append(log: Log) -> float:
    """Microseconds for an event committed by itself."""
    pool = await log.database.pool()
    async with pool.acquire() as db:
        began = time.perf_counter()
        for _ in range(SINGLES):
            await log.append(db)
        taken = time.perf_counter() - began
    await log.relay(await log.stored())
    return taken / SINGLES * 1e6


async def alone(log: Log) -> float:
    """Microseconds from the commit of one event to its acknowledgement, when nothing else happens."""
    relay = Relay(SERVICE, log.database, log.broker)
    running = asyncio.create_task(relay.run())
    pool = await log.database.pool()
    taken = 0.0
    async with pool.acquire() as db:
        position = await log.stored()
        while relay.published < position:
            await asyncio.sleep(0.01)
        for _ in range(SINGLES):
            await log.append(db)
            began, position = time.perf_counter(), position + 1
            relay.wake()
            while relay.published < position:
                await asyncio.sleep(0.0005)
            taken += time.perf_counter() - began
    await ended(running)
    return taken / SINGLES * 1e6


async def project(machines: Servers, log: Log, events: int) -> float:
    """Microseconds for an event that the kpi service's consumer takes in at the end of a stream."""
    kpi = service_named("kpi")
    stored = await log.stored()
    await log.fill(events)
    await log.relay(stored + events)
    settings = settings_of(machines, kpi, await migrated(machines, kpi))
    database, feed = Database(settings), FeedReader(settings)
    pool = await database.pool()
    await pool.execute("insert into checkpoints values ('kpi', $1, $2)", SERVICE, stored)
    consumer = next(item for item in kpi.consumers if item.source == SERVICE)
    began = time.perf_counter()
    async with beside(ConsumerRun(consumer, database, log.broker, feed).run()):
        while await pool.fetchval("select position from checkpoints") < stored + events:
            await asyncio.sleep(0.01)
        taken = time.perf_counter() - began
    await feed.close()
    await database.close()
    return taken / events * 1e6


async def compare(machines: Servers, other: NatsServer, chosen: argparse.Namespace) -> bool:
    """Grow both logs, measure each way on each, and report."""
    await reach_nats(other.url)

    async def flow(log: Log) -> float:
        await log.fill(chosen.events)
        return await log.relay(await log.stored()) / chosen.events * 1e6

    async def consumer(log: Log) -> float:
        return await project(machines, log, chosen.events)

    ways: dict[str, Way] = {"append": append, "relay, in flow": flow, "relay, alone": alone, "consumer": consumer}
    logs = {FEW: await open_log(machines), chosen.stored: await open_log(machines, other)}
    for stored, log in logs.items():
        await grow(log, stored)

    def measure(way: Way, stored: int) -> Callable[[], Awaitable[float]]:
        async def run() -> float:
            if stored == FEW:
                await grow(logs[stored], stored)  # it would not be small any more after some rounds
            return await way(logs[stored])

        return run

    figures = await interleaved(
        {f"{name}, at {stored:,}": measure(way, stored) for name, way in ways.items() for stored in logs},
        rounds=chosen.rounds,
    )
    for log in logs.values():
        await log.close()
    limits = [Ratio(f"{name}, at {chosen.stored:,}", f"{name}, at {FEW:,}", at_most=1.2) for name in ways]
    return report("growth", "microseconds an event", figures, limits)


def main() -> None:
    """Measure on servers of our own."""
    chosen = arguments(__doc__, stored=1_000_000, events=20_000)
    with servers() as machines, nats_server(machines.directory / "other") as (other, _):
        uvloop.run(compare(machines, other, chosen))


if __name__ == "__main__":
    main()
