"""Workers outlive their database: relay, consumers, timers and the webhooks' sender go on by themselves. Rule X5."""

import asyncio
from datetime import timedelta

import pytest

from beatbook.kit import timers
from beatbook.kit.clock import utc_now
from beatbook.kit.db import Database
from beatbook.kit.timers import Timer, WorkerContext
from tests.forum.conftest import COUNTRY, MAPPING
from tests.outages.test_broker import rename

pytestmark = pytest.mark.timeout(240)

MOST_CONNECTIONS = 9 + 4 + 1 + 1
"""For requests, for work, for leases, and one that looks whether the database is there."""


@pytest.fixture
def admin(tokens):
    return {"Authorization": tokens("admin@XK"), "If-Match": "*"}


@pytest.mark.parametrize("how", ["killed", "frozen"])
async def test_workers_go_on_once_their_database_is_back(stack, admin, postgres_process, backends, eventually, how):
    running = await stack("forum", "cases", "kpi", "webhooks", request_timeout=3)
    forum = running["forum"].http

    async def log():
        return await running["forum"].app.state.database.pool()

    async def read_by_all():
        head = await (await log()).fetchval("select count(*) from events")
        for name in ("cases", "kpi", "webhooks"):
            pool = await running[name].app.state.database.pool()
            if await pool.fetchval("select position from checkpoints where source = 'forum'") != head:
                return False
        return bool(head)

    async def all_is_well():
        answers = [await running[name].http.get("/health/ready") for name in running]
        return all(answer.json()["status"] == "ok" for answer in answers)

    body = {"mapping": MAPPING, "collections": [COUNTRY], "valid_from": "2020-01-01"}
    assert (await forum.post("/v1/areas/imports", json=body, headers=admin)).is_success
    await eventually(read_by_all)
    loading = asyncio.create_task(rename(forum, admin, 1000))
    await asyncio.sleep(1)
    postgres_process.kill() if how == "killed" else postgres_process.freeze()
    with pytest.raises(AssertionError, match=r"unavailable|outcome-unknown"):  # the latter when it was at its commit
        await loading
    await asyncio.sleep(7)  # longer than a lease connection may be silent
    postgres_process.raise_up()
    await asyncio.to_thread(postgres_process.reach)
    await eventually(all_is_well)
    await rename(forum, admin, 5)
    await eventually(read_by_all)

    async def none_left_over():
        found = [await backends(running[name].settings.database_url) for name in running]
        return max(found) <= MOST_CONNECTIONS

    await eventually(none_left_over)


async def test_a_timer_that_found_its_database_away_does_not_wait_for_its_next_turn(settings_for, monkeypatch):
    monkeypatch.setattr(timers, "AGAIN_SECONDS", 0.1)
    turns = []
    done = asyncio.Event()

    async def run(context):
        turns.append(context)
        if len(turns) < 3:
            raise ConnectionRefusedError
        done.set()

    settings = await settings_for("kpi")
    database = Database(settings)
    context = WorkerContext(database=database, settings=settings, clock=utc_now)
    timer = Timer(name="yearly", every=timedelta(days=365), run=run)
    working = asyncio.create_task(timers.run_timers([timer], "kpi", context))
    async with asyncio.timeout(60):
        await done.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await database.close()
    assert len(turns) == 3
