"""Readers that are slow, or whose handlers fail by the hundred: bounded memory, nothing lost, no crawling. Rule X1."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from beatbook.kit import applying, consumers, streams
from beatbook.kit.ids import new_id


@pytest.fixture
def readings(monkeypatch):
    """Every reading of a stream that a consumer opens, in small portions."""
    monkeypatch.setattr(streams, "PULL", 100)
    monkeypatch.setattr(streams, "PENDING", 400)
    monkeypatch.setattr(consumers, "BATCH", 100)
    opened, found = streams.opened, []

    @asynccontextmanager
    async def spied(*args, **kwargs):
        async with opened(*args, **kwargs) as stream:
            found.append(stream)
            yield stream

    monkeypatch.setattr(consumers, "opened", spied)
    return found


async def test_a_slow_handler_bounds_what_waits_and_loses_nothing(owner, reader, readings, eventually, beside):
    """The broker sends no more than it has credit for, however much there is and however long it takes."""
    await owner.record(3000)
    await owner.relayed()
    seen, free, most = [], asyncio.Event(), []

    async def slowly(_, events):
        await free.wait()
        most.append(readings[-1].pending)
        seen.extend(event.position for event in events)

    reader.on_meeting_held = slowly

    async def full():
        return readings and readings[-1].pending >= 300

    async with beside(reader.consume()):
        await eventually(full)
        await owner.record(500)
        await owner.relayed()
        assert readings[-1].pending <= 400
        free.set()
        await reader.reached(3500)
    assert seen == list(range(1, 3501))
    assert max(most) <= 400
    assert len(readings) == 1


async def test_a_connection_to_the_database_lost_in_a_batch_loses_nothing(owner, reader, readings, beside):
    await owner.record(1000)
    await owner.relayed()
    breaks = [3]

    async def breaking():
        breaks[0] -= 1
        if breaks[0] == 0:
            await reader.rows(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid() and state like 'idle in transaction%'"
            )

    reader.pause = breaking
    async with beside(reader.consume()):
        await reader.reached(1000)
    assert await reader.rows("select meetings, last_position from tallies") == [(1000, 1000)]
    assert len(readings) == 2


async def test_a_reader_whose_place_the_broker_forgot_goes_on(owner, reader, readings, eventually, beside):
    await owner.record(50)
    await owner.relayed()
    async with beside(reader.consume()):
        await reader.reached(50)
        jetstream = owner.broker.jetstream
        for place in await jetstream.consumers_info("beatbook-forum"):
            await jetstream.delete_consumer("beatbook-forum", place.name)
        await owner.record(50)
        await owner.relayed()
        await reader.reached(100)
    assert reader.handled == list(range(1, 101))
    assert len(readings) > 1


async def test_one_event_that_fails_costs_its_batch_a_few_tries(owner, reader, monkeypatch, beside):
    poison, tries = new_id(), []
    await owner.record(subjects=[*(new_id() for _ in range(700)), poison, *(new_id() for _ in range(299))])
    await owner.relayed()
    monkeypatch.setattr(applying, "sleep", _pausing([]))

    async def count(_, events):
        tries.append(len(events))
        if any(event.data.meeting_id == poison for event in events):
            raise LookupError

    reader.on_meeting_held = count
    async with beside(reader.consume()):
        await reader.reached(1000)
    assert await reader.rows("select position from parked_events") == [(701,)]
    assert len(tries) < 50  # halves of halves, not each of a thousand


async def test_hundreds_of_failing_aggregates_do_not_slow_the_rest(owner, reader, monkeypatch, beside):
    """What failed gets time to mend by itself, but no second pause within the minute."""
    failing = {new_id() for _ in range(300)}
    subjects = [subject for pair in zip(failing, (new_id() for _ in failing), strict=True) for subject in pair]
    await owner.record(subjects=subjects)
    await owner.relayed()
    pauses, seen = [], []
    monkeypatch.setattr(applying, "sleep", _pausing(pauses))

    async def fails(_, events):
        if any(event.data.meeting_id in failing for event in events):
            raise LookupError
        seen.extend(event.position for event in events)

    reader.on_meeting_held = fails
    async with beside(reader.consume()):
        await reader.reached(600)
    assert await reader.rows("select count(*) from parked_events") == [(300,)]
    assert seen == list(range(2, 601, 2))
    assert pauses == [0.4, 1.6]


def _pausing(pauses):
    async def pause(seconds):
        pauses.append(seconds)

    return pause
