"""Gauges of what is behind, read from /metrics: right while nothing moves, and 0 when caught up. Rule X5."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from beatbook.kit import lag
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from tests.kit.conftest import Owner, Reader, meeting, running
from tests.metering import Gauges, measure_this_process

Eventually = Callable[..., Awaitable[Any]]


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lag, "EVERY_SECONDS", 0.05)


@pytest.fixture
def gauges(owner: Owner) -> Gauges:
    measure_this_process()
    return Gauges(owner.settings.forum_url)


@asynccontextmanager
async def measuring(reader: Reader, owner: Owner) -> AsyncIterator[None]:
    from beatbook.kit.service import Service

    log = Service("forum", "forum", [], [], reader.service.metadata, reader.service.migrations)
    async with running(
        lag.measure(reader.service, reader.database, reader.feed), lag.measure(log, owner.database, reader.feed)
    ):
        yield


async def test_lag_is_there_before_anything_is_published_and_gone_when_caught_up(
    owner: Owner, reader: Reader, gauges: Gauges, eventually: Eventually
) -> None:
    """Committed and not even published, as while the broker is away; published and not applied; applied."""

    async def is_lag(positions: float) -> bool:
        return (await gauges.lag("tally"))[0] == positions

    async def waiting(count: float) -> bool:
        return await gauges("beatbook_events_waiting", service="forum") == count

    async with measuring(reader, owner):
        await eventually(lambda: is_lag(0))
        assert (await gauges.lag("tally")) == (0, 0)
        assert await gauges("beatbook_events_published_total", service="tally") == 0
        await owner.record(7)
        await eventually(lambda: is_lag(7))
        await eventually(lambda: waiting(7))
        _, before = await gauges.lag("tally")
        _, after = await gauges.lag("tally")
        assert before is not None
        assert after is not None
        assert 0 < before < after, "an age grows by itself"
        assert (await gauges("beatbook_events_waiting_seconds", service="forum") or 0) > 0
        await owner.relayed()
        await eventually(lambda: waiting(0))
        assert await gauges("beatbook_events_waiting_seconds", service="forum") == 0
        assert await is_lag(7), "published is not applied"
        async with running(reader.consume()):
            await reader.reached(7)
            await eventually(lambda: is_lag(0))
        assert await gauges.lag("tally") == (0, 0)


async def test_a_consumer_that_is_stuck_lags_by_what_it_has_not_applied(
    owner: Owner, reader: Reader, gauges: Gauges, eventually: Eventually
) -> None:
    """The handler hangs in its transaction while more is committed."""
    stuck, free = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        stuck.set()
        await free.wait()

    async def is_lag(positions: float) -> bool:
        return (await gauges.lag("tally"))[0] == positions

    reader.pause = hang
    async with measuring(reader, owner), running(owner.relay().run()):
        await owner.record(3)
        async with running(reader.consume()):
            await stuck.wait()
            await owner.record(2)
            await eventually(lambda: is_lag(5))
            free.set()
            await eventually(lambda: is_lag(0))


async def test_without_the_owner_what_was_known_ages_on_and_says_how_old_it_is(
    owner: Owner, reader: Reader, gauges: Gauges, eventually: Eventually
) -> None:
    async def is_lag(positions: float) -> bool:
        return (await gauges.lag("tally"))[0] == positions

    async with measuring(reader, owner):
        await owner.record(4)
        await eventually(lambda: is_lag(4))

        async def refuse(*_: object) -> None:
            raise OSError("away")

        reader.feed.standing = refuse  # type: ignore[method-assign, assignment]  # for this test alone
        labels = {"consumer": "tally", "source": "forum"}

        async def same_reading() -> bool:
            first = await gauges("beatbook_consumer_lag_measured_timestamp_seconds", **labels)
            await asyncio.sleep(0.2)
            return first == await gauges("beatbook_consumer_lag_measured_timestamp_seconds", **labels)

        await eventually(same_reading)
        positions, age = await gauges.lag("tally")
        assert positions == 4
        later = (await gauges.lag("tally"))[1]
        assert age is not None
        assert later is not None
        assert later > age


async def test_parked_and_skipped_are_counted_where_they_lie(
    owner: Owner, reader: Reader, gauges: Gauges, eventually: Eventually
) -> None:
    """A parked event lets the stream go on: its consumer lags by nothing, and has something parked."""
    from beatbook.kit import parking

    poison = new_id()
    reader.stumbles_over = {poison}
    labels = {"consumer": "tally", "source": "forum"}
    async with measuring(reader, owner), running(owner.relay().run(), reader.consume()):
        await owner.record(subjects=[poison, poison, new_id()])
        await reader.reached(3)

        async def counted(parked: float, skipped: float) -> bool:
            return (
                await gauges("beatbook_consumer_parked", **labels) == parked
                and await gauges("beatbook_events_skipped_total", **labels) == skipped
                and (await gauges.lag("tally"))[0] == 0
            )

        await eventually(lambda: counted(2, 0))
        assert (await gauges("beatbook_consumer_parked_seconds", **labels) or 0) > 0
        first = (await parking.parked(reader.database))[0]
        await parking.skip(reader.database, first.id, why="test", actor="tester")
        await eventually(lambda: counted(1, 1))


async def test_counters_count_what_is_there_for_good(
    owner: Owner, reader: Reader, gauges: Gauges, eventually: Eventually
) -> None:
    """Appended once committed, published once acknowledged, applied once in the reader's tables, parked, refused."""
    from sqlmodel.ext.asyncio.session import AsyncSession

    from beatbook.contracts.actor import Actor

    async def values() -> dict[str, float]:
        names = {
            "appended": {"service": "forum"},
            "published": {"service": "forum"},
            "applied": {"consumer": "tally"},
            "parked": {"consumer": "tally"},
        }
        return {name: await gauges(f"beatbook_events_{name}_total", **labels) or 0 for name, labels in names.items()}

    before = await values()
    now = datetime.now(UTC) - timedelta(seconds=1)
    ids = [new_id() for _ in range(4)]
    for number, commit in enumerate((True, True, False, True)):
        async with AsyncSession(owner.database.engine) as session:
            actor = Actor(subject="tester", grants=())
            await emit(session, meeting(ids[number]), subject=ids[number], area="XK.PRI", actor=actor, at=now)
            await (session.commit() if commit else session.rollback())
    reader.stumbles_over = {ids[1]}
    async with running(owner.relay().run(), reader.consume()):
        await reader.reached(3)
    after = await values()
    grown = {name: after[name] - before[name] for name in before}
    assert grown == {"appended": 3, "published": 3, "applied": 3, "parked": 1}
    refused = await gauges("beatbook_refusals_total", code="unauthenticated") or 0
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{owner.settings.forum_url}/internal/events")).status_code == 401
    assert await gauges("beatbook_refusals_total", code="unauthenticated") == refused + 1
