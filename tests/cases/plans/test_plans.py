"""Tasks and reviews of a plan fall due: told once by the clock, and settled with their cause. Rule C6."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from beatbook.kit.db import Database
from beatbook.kit.timers import WorkerContext
from services.cases.plans import reminders
from services.cases.settings import CasesSettings
from services.cases.timers import TIMERS
from tests.cases.problems.test_problems import OBJECTIVE, opened

PLAN = {
    "working_group": [{"office": "Public works", "agency": "works", "subject": "mira"}, {"office": "Youth office"}],
    "objectives": [OBJECTIVE],
    "tasks": [
        {"text": "repair the lights", "owner": "Public works", "due_on": "2026-04-01"},
        {"text": "open the club", "owner": "Youth office", "due_on": "2026-05-01"},
    ],
    "reviews_on": ["2026-04-10", "2026-06-01"],
}
Clock = Callable[[datetime], Awaitable[None]]


@pytest.fixture
async def plans(call: Any) -> Any:
    problem = await opened(call)
    path = f"/v1/problems/{problem['id']}"
    written = await call("PUT", f"{path}/plan", PLAN, version=1)
    assert written.status_code == 200, written.text
    return path, written.json()


@pytest.fixture
async def clock(settings: CasesSettings, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(reminders, "A_TURN", 1)
    database = Database(settings)
    timer = next(timer for timer in TIMERS if timer.name == "plans-overdue")

    async def strike(now: datetime) -> None:
        await timer.run(WorkerContext(database, settings, lambda: now))

    yield strike
    await database.close()


async def told(database: asyncpg.Connection) -> list[tuple[str, str, str | None]]:
    rows = await database.fetch("select type, data from events where type like '%plan_item%' order by seq")
    return [
        (row["type"].split(".")[-2], row["data"]["kind"], row["data"].get("outcome") or row["data"].get("due_on"))
        for row in rows
    ]


async def test_what_falls_due_is_told_by_ids_and_days(plans: Any, call: Any, database: asyncpg.Connection) -> None:
    _, written = plans
    assert await told(database) == [
        ("set", "task", "2026-04-01"), ("set", "task", "2026-05-01"),
        ("set", "review", "2026-04-10"), ("set", "review", "2026-06-01"),
    ]  # fmt: skip
    first = await database.fetchrow("select data, subject::text from events where type like '%plan_item%' order by seq")
    assert first is not None
    assert (first["data"]["agency"], first["subject"]) == ("works", written["plan"]["tasks"][0]["id"])
    items = (await call("GET", "/v1/plan-items")).json()["items"]
    assert [(item["kind"], item["state"], item["agency"]) for item in items] == [
        ("task", "open", "works"), ("task", "open", None), ("review", "open", None), ("review", "open", None)
    ]  # fmt: skip
    assert (await call("GET", "/v1/plan-items", subject="ben")).json()["items"] == []
    assert "lights" not in str(await database.fetch("select * from plan_items"))


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_missed_day_is_told_once(
    plans: Any, clock: Clock, call: Any, database: asyncpg.Connection, at_once: bool
) -> None:
    await clock(datetime(2026, 4, 2, 11, 59, tzinfo=UTC))
    assert "overdue" not in [verb for verb, *_ in await told(database)]
    now = datetime(2026, 4, 20, tzinfo=UTC)
    if at_once:
        await asyncio.gather(*(clock(now) for _ in range(3)))
    else:
        await clock(now)
        await clock(now)
    assert [item for item in await told(database) if item[0] == "overdue"] == [
        ("overdue", "task", "2026-04-01"), ("overdue", "review", "2026-04-10"),
    ]  # fmt: skip
    tasks = (await call("GET", "/v1/tasks?kind=review_plan", as_=["supervisor@XK"], subject="sue")).json()["items"]
    assert len(tasks) == 2


async def test_of_an_expunged_case_nobody_is_reminded(
    plans: Any, call: Any, clock: Clock, database: asyncpg.Connection
) -> None:
    """Rule C16."""
    path, _ = plans
    case = path.replace("problems", "cases")
    before = await told(database)
    expunged = await call(
        "POST", f"{case}/expunge", {"reason": "opened_in_error"}, version=1, as_=["supervisor@XK"], subject="sue"
    )
    assert expunged.status_code == 200, expunged.text
    await clock(datetime(2027, 1, 1, tzinfo=UTC))
    assert await told(database) == before


async def test_a_reminder_ends_with_its_cause(
    plans: Any, clock: Clock, call: Any, database: asyncpg.Connection
) -> None:
    """Done, held, moved to another day, or not in the plan any more: the supervisor's task is closed with it."""
    path, written = plans
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    await database.execute("update problems set phase = 'response'")
    await clock(datetime(2026, 7, 1, tzinfo=UTC))
    done, moved = written["plan"]["tasks"]
    tasks = [{**done, "state": "done"}, {**moved, "due_on": "2026-09-01"}]
    again = await call("PUT", f"{path}/plan", {**PLAN, "tasks": tasks, "reviews_on": ["2026-04-10"]}, version=2)
    assert again.status_code == 200, again.text
    review = written["reviews"][0]["id"]
    held = {"id": review, "held_on": "2026-03-14", "finding": "The lights are on."}
    answer = await call("POST", f"{path}/reviews", held, version=3)
    assert answer.json()["reviews"] == [{"id": review, "due_on": "2026-04-10", "held_on": "2026-03-14",
                                         "finding": "The lights are on."}]  # fmt: skip
    assert (await told(database))[8:] == [
        ("ended", "task", "done"), ("set", "task", "2026-09-01"), ("ended", "review", "lapsed"),
        ("ended", "review", "held"),
    ]  # fmt: skip
    closed = await database.fetch("select outcome from tasks where kind = 'review_plan' order by closed_at, outcome")
    assert sorted(str(row["outcome"]) for row in closed) == ["done", "done", "not_needed", "not_needed"]
    await clock(datetime(2026, 9, 30, tzinfo=UTC))
    assert (await told(database))[12:] == [("overdue", "task", "2026-09-01")]


@pytest.mark.parametrize(
    ("review", "status"),
    [
        ({"held_on": "2026-03-17", "finding": "f"}, 422),
        ({"held_on": "2026-03-14", "finding": "f", "id": "00000000-0000-7000-8000-000000000000"}, 404),
        ({"held_on": "2026-03-14", "finding": ""}, 422),
        ({"held_on": "2026-03-14", "finding": "unplanned"}, 200),
    ],
)
async def test_a_review_is_noted_when_it_was_held(
    plans: Any, call: Any, database: asyncpg.Connection, review: dict[str, Any], status: int
) -> None:
    path, _ = plans
    assert (await call("POST", f"{path}/reviews", review, version=2)).status_code in {409, 422, 404}
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    await database.execute("update problems set phase = 'response'")
    assert (await call("POST", f"{path}/reviews", review, version=2)).status_code == status


async def test_there_is_nothing_to_review_without_a_plan(call: Any, database: asyncpg.Connection) -> None:
    problem = await opened(call)
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    await database.execute("update problems set phase = 'response'")
    review = {"held_on": "2026-03-14", "finding": "f"}
    answer = await call("POST", f"/v1/problems/{problem['id']}/reviews", review, version=1)
    assert (answer.status_code, answer.json()["rule"]) == (409, "C6")
