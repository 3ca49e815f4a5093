"""Retries, skips and rebuilds beside a running consumer and beside one another: each event has its effect once. X1."""

import asyncio
import contextlib

import asyncpg

from beatbook.kit.ids import new_id
from beatbook.kit.parking import SkipRefused, parked, retry, skip, skipped
from beatbook.kit.rebuild import rebuild
from beatbook.kit.shadow import RebuildRefused

ROUNDS = 12
COUNTED = "select coalesce(sum(meetings), 0)::int from tallies"


async def test_operators_and_a_running_consumer_do_not_cross(owner, reader, beside):
    poison, others = [new_id(), new_id()], [new_id() for _ in range(3)]
    rebuilt = []

    async def retries():
        while True:
            await retry(reader.service, reader.database)
            await asyncio.sleep(0.01)

    async def skips():
        while True:
            listed = await parked(reader.database)
            if listed and len(await skipped(reader.database)) < 3:
                with contextlib.suppress(SkipRefused):
                    await skip(reader.database, listed[0].id, why="a test of races", actor="tester")
            await asyncio.sleep(0.3)

    async def rebuilds():
        while True:
            with contextlib.suppress(RebuildRefused, asyncpg.PostgresError):
                await rebuild(reader.service, reader.database, reader.feed)
                rebuilt.append(True)
            await asyncio.sleep(0.2)

    async with beside(owner.relay().run(), reader.consume(), retries(), retries(), skips(), rebuilds()):
        for number in range(ROUNDS):
            (reader.stumbles_over.update if number % 2 else reader.stumbles_over.difference_update)(poison)
            await owner.record(subjects=[*others, *poison] * 4)
            await asyncio.sleep(0.3)
        reader.stumbles_over.clear()
        total = ROUNDS * 20
        await reader.reached(total)
    for _ in range(2):
        assert all(done.error is None for done in await retry(reader.service, reader.database))
    assert await parked(reader.database) == []
    given_up = len(await skipped(reader.database))
    assert await reader.rows(COUNTED) == [(total - given_up,)]
    await rebuild(reader.service, reader.database, reader.feed)
    assert await reader.rows(COUNTED) == [(total - given_up,)]
    assert rebuilt


async def test_an_event_skipped_while_a_rebuild_has_counted_it_stops_the_switch(owner, reader, beside):
    poison = new_id()
    reader.stumbles_over.add(poison)
    await owner.record(subjects=[new_id(), poison, new_id()])
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(3)
    (event,) = await parked(reader.database)
    reader.stumbles_over.clear()
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def hold():
        reached.set()
        await go_on.wait()

    reader.pause = hold
    rebuilding = asyncio.create_task(rebuild(reader.service, reader.database, reader.feed))
    await reached.wait()
    await skip(reader.database, event.id, why="a test of races", actor="tester")
    go_on.set()
    (outcome,) = await asyncio.gather(rebuilding, return_exceptions=True)
    assert isinstance(outcome, RebuildRefused)
    assert "skipped meanwhile" in str(outcome)
    assert await reader.rows(COUNTED) == [(2,)]
    await rebuild(reader.service, reader.database, reader.feed)
    assert await reader.rows(COUNTED) == [(2,)]


async def test_of_two_who_skip_an_event_one_is_told_that_it_is_gone(owner, reader, beside):
    poison = new_id()
    reader.stumbles_over.add(poison)
    await owner.record(subjects=[poison, poison])
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(2)
    first, _ = await parked(reader.database)
    both = [skip(reader.database, first.id, why="a test of races", actor=name) for name in ("ana", "ben")]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(isinstance(outcome, SkipRefused) for outcome in outcomes) == [False, True]
    assert len(await skipped(reader.database)) == 1
