"""A country behind the gateway: real services in this process, on real PostgreSQL and NATS."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import pytest

from tests.gateway.country import Country, found, record_incidents


@pytest.fixture
async def country(
    stack: Callable[..., Awaitable[dict[str, Any]]], tokens: Callable[..., str], eventually: Callable[..., Any]
) -> Country:
    """Forum and gateway only."""
    made = Country(await stack("forum", "gateway"), tokens("admin@XK"))
    await found(made)
    await eventually(lambda: _ready(made))
    return made


@pytest.fixture
async def whole_country(
    stack: Callable[..., Awaitable[dict[str, Any]]], tokens: Callable[..., str], eventually: Callable[..., Any]
) -> Country:
    """All services that the gateway reads, with incidents counted."""
    made = Country(await stack("forum", "cases", "kpi", "handover", "gateway"), tokens("admin@XK"))
    await found(made)
    attempts = count()
    await eventually(lambda: record_incidents(made, next(attempts)))
    await eventually(lambda: _counted(made))
    await eventually(lambda: _ready(made))
    return made


async def _ready(country: Country) -> bool:
    return (await country.gateway.http.get("/health/ready")).json()["status"] == "ok"


async def _counted(country: Country) -> bool:
    query = """{ area(code: "XK") {
        incidents: figure(indicator: "incidents_per_10000") { numerator }
        meetings: figure(indicator: "meetings_held") { numerator }
        decisions: figure(indicator: "decisions_on_time") { denominator } } }"""
    area = (await country.ask(query, country.admin))["data"]["area"]
    return (
        None not in area.values()
        and area["incidents"]["numerator"] == 8
        and area["meetings"]["numerator"] == 1
        and area["decisions"]["denominator"] == 1
    )
