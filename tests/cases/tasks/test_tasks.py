"""Supervisors' tasks: given once about a thing, closed once, known to supervisors of the area only. Rules C2, C14."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from beatbook.contracts.actor import Actor, Role
from beatbook.kit.db import Database
from beatbook.kit.ids import new_id
from beatbook.kit.settings import ServiceSettings
from services.cases.tasks.commands import give
from services.cases.tasks.rules import TaskKind

NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
KIND = TaskKind.REVIEW_HATE_CRIME
ABOUT = new_id()
SUPERVISOR = ["supervisor@XK"]


@pytest.fixture
async def kit(settings: ServiceSettings) -> AsyncIterator[Database]:
    kit = Database(settings)
    yield kit
    await kit.close()


async def given(kit: Database, **more: Any) -> bool:
    order = {"area": "XK.PRI", "kind": KIND, "about": "incident", "about_id": ABOUT, "due_at": NOW + timedelta(days=3)}
    async with kit.sessions.begin() as session:
        return await give(session, Actor(subject="ana"), NOW, **(order | more))


async def test_a_task_about_a_thing_is_given_once(kit: Database, call: Any, database: asyncpg.Connection) -> None:
    assert sorted(await asyncio.gather(*(given(kit) for _ in range(4)))) == [False, False, False, True]
    assert not await given(kit, again=True)
    (task,) = (await call("GET", "/v1/tasks", as_=SUPERVISOR)).json()["items"]
    assert (task["kind"], task["about_id"], task["closed_at"]) == (KIND, str(ABOUT), None)
    close = f"/v1/tasks/{task['id']}/close"
    assert (await call("POST", close, {"outcome": "done"}, as_=SUPERVISOR)).status_code == 428
    closed = await call("POST", close, {"outcome": "done"}, as_=SUPERVISOR, subject="sam", version=1)
    assert (closed.json()["outcome"], closed.json()["closed_by"]) == ("done", "sam")
    assert (await call("POST", close, {"outcome": "done"}, as_=SUPERVISOR, version=2)).status_code == 409
    assert not await given(kit)
    assert await given(kit, again=True)
    told = [row["type"] for row in await database.fetch("select type from events order by position")]
    assert [kind.split(".")[-2] for kind in told] == ["given", "closed", "given"]


async def test_lists_by_state_kind_and_area(kit: Database, call: Any) -> None:
    assert await given(kit, due_at=NOW - timedelta(hours=1))
    assert await given(kit, about_id=new_id(), area="XK.PEC")
    path = "/v1/tasks"

    async def count(query: str) -> int:
        return len((await call("GET", f"{path}?{query}", as_=SUPERVISOR)).json()["items"])

    wanted = {"": 2, "state=open": 2, "state=overdue": 1, "state=closed": 0, "area=XK.PEC": 1, f"kind={KIND}": 2,
              "state=overdue&area=XK.PEC": 0}  # fmt: skip
    assert {query: await count(query) for query in wanted} == wanted
    first = (await call("GET", f"{path}?limit=1", as_=SUPERVISOR)).json()
    second = (await call("GET", f"{path}?limit=1&after={first['next']}", as_=SUPERVISOR)).json()
    assert [first["items"][0]["area"], second["items"][0]["area"]] == ["XK.PRI", "XK.PEC"]


async def test_nobody_else_knows_of_a_task(
    kit: Database, call: Any, database: asyncpg.Connection, subtests: pytest.Subtests
) -> None:
    await given(kit)
    task_id = await database.fetchval("select id from tasks")
    here = [f"{role}@XK.PRI" for role in Role if role not in {Role.PUBLIC, Role.SUPERVISOR}]
    for grant in (*here, "supervisor@XK.PEC"):
        with subtests.test(grant):
            assert (await call("GET", "/v1/tasks", as_=[grant])).json()["items"] == []
            assert (await call("GET", f"/v1/tasks/{task_id}", as_=[grant])).status_code == 404
            body = {"outcome": "done"}
            assert (await call("POST", f"/v1/tasks/{task_id}/close", body, as_=[grant], version=1)).status_code == 404
    assert await database.fetchval("select closed_at from tasks") is None
