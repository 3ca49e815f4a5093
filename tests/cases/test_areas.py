"""The replica of the area register follows the forum service's events: twice, out of order, by the thousand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import asyncpg
import pytest

from beatbook.contracts.envelope import Received
from beatbook.contracts.forum import AreaClosed
from beatbook.kit.consumers import Handler
from beatbook.kit.ids import new_id
from services.cases.areas.commands import close_areas, register_areas
from services.cases.consumers import CONSUMERS

Told = Callable[..., Received[Any]]


def closed(code: str, position: int, day: date) -> Received[AreaClosed]:
    event = AreaClosed(code=code, closed_on=day, successors=[])
    return Received(
        id=new_id(), type=event.wire_type(), subject=code, area=code, time=None, actor="test", data=event,  # type: ignore[arg-type]
        position=position,
    )  # fmt: skip


async def replica(database: asyncpg.Connection) -> dict[str, tuple[Any, ...]]:
    rows = await database.fetch("select code, boundary is not null, closed_on, position from areas order by code")
    return {row[0]: tuple(row)[1:] for row in rows}


def handlers() -> set[Handler]:
    (consumer,) = CONSUMERS
    assert (consumer.name, consumer.source) == ("cases", "forum")
    return set(consumer.handlers.values())


@pytest.mark.pure
def test_the_consumer_handles_both_events() -> None:
    assert handlers() == {register_areas, close_areas}


async def test_a_batch_applied_twice_changes_nothing(database: asyncpg.Connection, registered: Told) -> None:
    events = [registered(f"XK.M{number % 700}", 100 + number, None) for number in range(1400)]
    await register_areas(database, events)
    once = await replica(database)
    assert len(once) == 706
    assert once["XK.M0"][-1] == 800
    await register_areas(database, events)
    assert await replica(database) == once


async def test_an_older_event_changes_nothing(
    database: asyncpg.Connection, registered: Told, square: Callable[..., Any]
) -> None:
    await register_areas(database, [registered("XK.NEW", 50, square(0, 0, 1))])
    await close_areas(database, [closed("XK.NEW", 60, date(2026, 1, 1))])
    await register_areas(database, [registered("XK.NEW", 40, None)])
    assert (await replica(database))["XK.NEW"] == (True, date(2026, 1, 1), 60)


async def test_closed_before_it_was_heard_of(database: asyncpg.Connection, registered: Told) -> None:
    await close_areas(database, [closed("XK.NEW", 60, date(2026, 1, 1))])
    await register_areas(database, [registered("XK.NEW", 40, None)])
    assert (await replica(database))["XK.NEW"] == (False, date(2026, 1, 1), 60)


async def test_placing_follows_the_register(
    call: Any, database: asyncpg.Connection, registered: Told, square: Callable[..., Any]
) -> None:
    async def place() -> str:
        body = {"root": "XK", "longitude": 21.05, "latitude": 42.05, "month": "2022-01", "category": "08"}
        return str((await call("POST", "/v1/incidents", body)).json()["area"])

    async def known() -> int:
        return int((await call("GET", "/v1/places/XK", as_=[])).json()["open_areas"])

    assert (await place(), await known()) == ("XK.PRI.DARDANIA", 5)
    await close_areas(database, [closed("XK.PRI.DARDANIA", 50, date(2026, 1, 1))])
    assert (await place(), await known()) == ("XK.PRI", 4)
    await register_areas(database, [registered("XK.PRI.VELANIA", 51, square(21, 42, 0.06))])
    assert (await place(), await known()) == ("XK.PRI.VELANIA", 5)


async def test_an_area_that_will_close_is_still_open(call: Any, database: asyncpg.Connection) -> None:
    await close_areas(database, [closed("XK.PEC", 50, date(2026, 12, 31))])
    body = {"area": "XK.PEC", "month": "2022-01", "category": "08"}
    assert (await call("POST", "/v1/incidents", body)).status_code == 201
