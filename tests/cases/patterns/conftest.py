"""Fixtures of the pattern tests: incidents recorded by the intake, and the log positioned as a relay does."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import asyncpg
import httpx
import pytest

from beatbook.kit.db import Database
from beatbook.kit.settings import ServiceSettings
from beatbook.kit.timers import WorkerContext
from services.cases.patterns.scanning import scan_all
from tests.cases.conftest import NOW, Call

_RELAY = """
    with placed as (
        update events set position = relay.position + waiting.n
        from (select seq, row_number() over (order by seq) as n from events where position is null) as waiting, relay
        where events.seq = waiting.seq returning 1)
    update relay set position = position + (select count(*) from placed)
"""

Record = Callable[..., Awaitable[None]]
Scan = Callable[[], Awaitable[None]]


@pytest.fixture
async def clockwork(settings: ServiceSettings) -> AsyncIterator[WorkerContext]:
    """What the service's timers work with; the clock stands at NOW."""
    kit = Database(settings)
    yield WorkerContext(database=kit, settings=settings, clock=lambda: NOW)
    await kit.close()


@pytest.fixture
def scan(clockwork: WorkerContext, database: asyncpg.Connection) -> Scan:
    """Give what was recorded its positions, and run the timer."""

    async def run() -> None:
        await database.execute(_RELAY)
        await scan_all(clockwork)

    return run


@pytest.fixture
def record(call: Call) -> Record:
    """Record rows through the bulk intake; each needs an external id that is new."""
    batches = 0

    async def send(rows: Sequence[Mapping[str, Any]], root: str = "XK") -> None:
        nonlocal batches
        for start in range(0, len(rows), 5000):
            batches += 1
            body = {"import_id": "0" * 64, "batch": batches, "root": root, "source": "test",
                    "rows": rows[start : start + 5000]}  # fmt: skip
            answer: httpx.Response = await call("POST", "/v1/incidents/batches", body, as_=[f"admin@{root}"])
            assert answer.status_code == 200, answer.text
            assert not answer.json()["refused"], answer.json()["refused"][:3]

    return send
