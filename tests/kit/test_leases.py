"""Leases: one holder at a time, work broken off when a lease is lost, and no harm when two work at once. Rule X1."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest

from beatbook.kit.db import Database
from beatbook.kit.ids import new_id
from beatbook.kit.locks import LeaseLost, Leases


@pytest.fixture
async def replicas(settings_for):
    """Two processes' leases on one database."""
    settings = await settings_for("kpi")
    databases = [Database(settings), Database(settings)]
    yield databases
    for database in databases:
        await database.close()


async def _held_by(leases: Leases, name: str, holding: asyncio.Event, until: asyncio.Event) -> None:
    async with leases.held(name):
        holding.set()
        await until.wait()


async def _cut(postgres, database):
    """Have the server close every connection that holds an advisory lock in a database."""
    admin = await asyncpg.connect(postgres.admin_url)
    closed = await admin.fetchval(
        """select count(pg_terminate_backend(pid)) from
           (select distinct pid from pg_locks join pg_database on pg_database.oid = pg_locks.database
            where locktype = 'advisory' and datname = $1) as holders""",
        database,
    )
    await admin.close()
    return closed


async def test_one_holds_a_lease_and_the_other_gets_it_when_it_is_given_up(replicas):
    first, second, end, never = asyncio.Event(), asyncio.Event(), asyncio.Event(), asyncio.Event()
    holder = asyncio.create_task(_held_by(replicas[0].leases, "relay", first, end))
    await asyncio.wait_for(first.wait(), 60)
    waiting = asyncio.create_task(_held_by(replicas[1].leases, "relay", second, never))
    other = asyncio.create_task(_held_by(replicas[1].leases, "timers", asyncio.Event(), never))
    await asyncio.sleep(0.3)
    assert not second.is_set()
    end.set()
    await holder
    await asyncio.wait_for(second.wait(), 60)
    for task in (waiting, other):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_two_in_one_process_do_not_share_a_lease(replicas):
    first, second, end = asyncio.Event(), asyncio.Event(), asyncio.Event()
    holder = asyncio.create_task(_held_by(replicas[0].leases, "relay", first, end))
    await asyncio.wait_for(first.wait(), 60)
    waiting = asyncio.create_task(_held_by(replicas[0].leases, "relay", second, end))
    await asyncio.sleep(0.3)
    assert not second.is_set()
    holder.cancel()
    await asyncio.wait_for(second.wait(), 60)
    end.set()
    await waiting


async def test_a_waiting_one_that_is_cancelled_leaves_no_lock_behind(replicas):
    for _ in range(5):
        waiting = asyncio.create_task(_held_by(replicas[0].leases, "relay", asyncio.Event(), asyncio.Event()))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
    holding, end = asyncio.Event(), asyncio.Event()
    holder = asyncio.create_task(_held_by(replicas[1].leases, "relay", holding, end))
    await asyncio.wait_for(holding.wait(), 60)
    end.set()
    await holder


async def test_many_leases_take_one_connection(replicas, postgres):
    end, holding = asyncio.Event(), [asyncio.Event() for _ in range(6)]
    holders = [
        asyncio.create_task(_held_by(replicas[0].leases, f"consumer {n}", each, end)) for n, each in enumerate(holding)
    ]
    for each in holding:
        await asyncio.wait_for(each.wait(), 60)
    pool = await replicas[1].pool()
    assert await pool.fetchval("select count(distinct pid) from pg_locks where locktype = 'advisory'") == 1
    end.set()
    await asyncio.gather(*holders)


async def test_work_is_broken_off_when_its_lease_is_lost_even_if_it_swallows_a_cancellation(
    replicas, postgres, tmp_path
):
    stubborn = 0

    async def work():
        nonlocal stubborn
        async with replicas[0].leases.held("relay"):
            holding.set()
            while True:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    stubborn += 1
                    if stubborn > 1:
                        raise

    holding = asyncio.Event()
    task = asyncio.create_task(work())
    await asyncio.wait_for(holding.wait(), 60)
    name = await (await replicas[1].pool()).fetchval("select current_database()")
    assert await _cut(postgres, name) == 1
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(asyncio.shield(task), 60)
    assert task.cancelling() == 0


async def test_a_cancellation_from_elsewhere_stays_one(replicas):
    holding = asyncio.Event()
    task = asyncio.create_task(_held_by(replicas[0].leases, "relay", holding, asyncio.Event()))
    await asyncio.wait_for(holding.wait(), 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_relay_and_consumer_go_on_after_their_leases_were_lost(owner, reader, beside, postgres):
    async with beside(owner.relay().run(), reader.consume()):
        await owner.record(5)
        await reader.reached(5)
        for database in (owner.database, reader.database):
            assert await _cut(postgres, await (await database.pool()).fetchval("select current_database()")) == 1
        await owner.record(5)
        await reader.reached(10)
    assert reader.handled == list(range(1, 11))


@pytest.fixture
def no_lease(monkeypatch):
    """Everyone is given every lease."""

    @asynccontextmanager
    async def held(self: Leases, name: str) -> AsyncIterator[None]:
        yield

    monkeypatch.setattr(Leases, "held", held)


async def test_two_relays_at_once_do_no_harm(owner, beside, eventually, no_lease):
    other = Database(owner.settings)
    relays = [owner.relay(), owner.relay()]
    relays[1]._database = other

    async def emit():
        for _ in range(40):
            await owner.record(7)
            for relay in relays:
                relay.wake()
            await asyncio.sleep(0.01)

    async with beside(*(relay.run() for relay in relays)):
        await emit()
        await eventually(owner.all_published)
    await other.close()
    assert await owner.stream_positions() == list(range(1, 281))
    pool = await owner.database.pool()
    assert [row["position"] for row in await pool.fetch("select position from events order by seq")] == list(
        range(1, 281)
    )


async def test_two_consumers_at_once_apply_each_event_once(owner, reader, beside, no_lease):
    subjects = [new_id() for _ in range(300)]
    async with beside(owner.relay().run(), reader.consume(), reader.consume()):
        for start in range(0, 300, 10):
            await owner.record(subjects=subjects[start : start + 10])
        await reader.reached(300)
    assert await reader.rows("select meetings, last_position from tallies") == [(300, 300)]
    assert await reader.rows("select count(*) from marks") == [(300,)]
