"""What the clock does about diversion: reminders once, follow-ups asked, counts that know of nobody. Rules C10, K8."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from beatbook.contracts.actor import Actor, Grant, Role
from beatbook.kit.db import Database
from beatbook.kit.disclosure import ObsStatus
from beatbook.kit.settings import ServiceSettings
from beatbook.kit.timers import WorkerContext
from services.cases.app import service
from services.cases.diversion.rules import State
from services.cases.followups.rules import (
    counted_in,
    due_days,
    is_complete,
    may_compare,
    published,
    quarter_of,
    threshold,
)
from tests.cases.diversion.conftest import SUPERVISOR, TODAY, Open, Walk, Watch
from tests.cases.diversion.test_cases import agreed


@pytest.fixture
def tick(settings: ServiceSettings, watch: Watch) -> Any:
    """Let the diversion timers have their turn."""

    async def tick() -> None:
        database = Database(settings)
        context = WorkerContext(database, settings, watch)
        for timer in service.timers:
            if timer.name.startswith("diversion") or timer.name == "retention":
                await timer.run(context)
        await database.close()

    return tick


async def told(database: asyncpg.Connection) -> list[tuple[str, str]]:
    rows = await database.fetch(
        "select data::jsonb->>'stage' as stage, data::jsonb->>'on_day' as day from events where type like '%reminded%' "
        "order by seq"
    )
    return [(row["stage"], row["day"]) for row in rows]


async def tasks(call: Any, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await call("GET", f"/v1/tasks?kind={kind}", as_=SUPERVISOR)).json()["items"]
    return found


async def test_terms_are_reminded_of_once_for_each_day(
    opened: Open, load: Any, tick: Any, watch: Watch, call: Any, database: asyncpg.Connection
) -> None:
    case, term = await agreed(opened, load)
    due = TODAY + timedelta(days=60)
    await tick()
    watch.later(days=53)
    for _ in range(2):
        await tick()
    assert await told(database) == [("term_near", due.isoformat())]
    assert await tasks(call, "follow_diversion") == []
    watch.later(days=8)
    for _ in range(2):
        await tick()
    assert (await told(database))[1:] == [("term_passed", due.isoformat())]
    (task,) = await tasks(call, "follow_diversion")
    assert (task["about_id"], task["about"]) == (case.id, "diversion")
    await call("POST", f"/v1/tasks/{task['id']}/close", {"outcome": "done"}, as_=SUPERVISOR, version=1)
    deadline = watch.today + timedelta(days=10)
    await case.does(
        "POST", "/agreement/warnings", {"term_id": term, "text": "By letter.", "deadline_on": deadline.isoformat()}
    )
    watch.later(days=10)
    await tick()
    assert len(await told(database)) == 2
    watch.later(days=1)
    for _ in range(2):
        await tick()
    assert (await told(database))[2:] == [("warning_passed", deadline.isoformat())]
    assert len(await tasks(call, "follow_diversion")) == 2
    assert (await case.does("GET", ""))["state"] == "under_way"


async def test_a_moved_term_is_reminded_of_anew_and_a_settled_one_not(
    opened: Open, load: Any, tick: Any, watch: Watch, database: asyncpg.Connection
) -> None:
    case, term = await agreed(opened, load)
    watch.later(days=55)
    await tick()
    later = TODAY + timedelta(days=90)
    await case.does("PATCH", f"/agreement/terms/{term}", {"due_on": later.isoformat()})
    await tick()
    watch.later(days=30)
    await tick()
    assert [day for _, day in await told(database)] == [(TODAY + timedelta(days=60)).isoformat(), later.isoformat()]
    waived = {"state": "waived", "settled_on": watch.today.isoformat(), "waived_for": "impossible"}
    await case.does("POST", f"/agreement/terms/{term}/settle", waived)
    watch.later(days=10)
    await tick()
    assert len(await told(database)) == 2


async def completed(opened: Open, load: Any) -> Walk:
    case, term = await agreed(opened, load)
    path = f"/agreement/terms/{term}"
    await case.does("POST", f"{path}/sessions", {"held_on": TODAY.isoformat(), "attended": True, "minutes": 720})
    await case.does("POST", f"{path}/settle", {"state": "done", "settled_on": TODAY.isoformat()})
    await case.step("completed")
    return case


async def test_follow_ups_are_asked_and_counted_without_the_person(
    opened: Open, load: Any, tick: Any, watch: Watch, call: Any, database: asyncpg.Connection
) -> None:
    case = await completed(opened, load)
    assert [item["months"] for item in await case.does("GET", "/follow-ups")] == [6, 12]
    assert (await case.send("PUT", "/follow-ups/6", {"reoffended": True})).json()["code"] == "too-early"
    watch.later(days=184)
    for _ in range(2):
        await tick()
    assert [task["about_id"] for task in await tasks(call, "ask_reoffending")] == [case.id]
    before = Counter(row["type"] for row in await database.fetch("select type from events"))
    answered = await case.does("PUT", "/follow-ups/6", {"reoffended": True})
    assert "reoffended" not in answered[0]
    assert (await case.send("PUT", "/follow-ups/6", {"reoffended": True})).json()["code"] == "answered"
    assert Counter(row["type"] for row in await database.fetch("select type from events")) == before
    (count,) = await database.fetch("select * from reoffending_counts")
    assert dict(count) == {"area": "XK.PRI", "programme": "example-halt-agreement", "rules_version": 1,
                           "outcome": "completed", "quarter": "2026Q1", "months": 6, "yes": 1, "no": 0}  # fmt: skip
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    for table in ("diversion_follow_ups", "audit_entries", "idempotency_keys", "tasks", "diversions"):
        rows = str([dict(row) for row in await database.fetch(f"select * from {table}")])
        assert "reoffended" not in rows
        assert "'yes'" not in rows


async def test_a_case_is_expunged_when_the_months_of_its_own_law_have_passed(
    opened: Open, load: Any, tick: Any, watch: Watch, as_clock: asyncpg.Connection
) -> None:
    """Rules C8, C16: 15 months by the programme's rules, where the schedule of retention has 12."""
    case = await completed(opened, load)
    watch.later(days=365 + 92)
    await tick()
    assert (await case.does("GET", ""))["outcome"] == "completed"
    watch.later(days=1)
    await tick()
    assert (await case.send("GET", "")).status_code == 410
    assert (await case.send("PUT", "/follow-ups/12", {"reoffended": False})).status_code == 410
    assert await as_clock.fetchval("select outcome from diversions") == "completed"


async def test_what_is_held_is_not_expunged(
    opened: Open, load: Any, tick: Any, watch: Watch, as_clock: asyncpg.Connection
) -> None:
    case = await completed(opened, load)
    await as_clock.execute("update case_files set hold = 'court'")
    watch.later(days=3000)
    await tick()
    assert (await case.send("GET", "")).status_code == 200


async def test_counts_are_shown_to_who_compares_and_small_ones_are_withheld(
    call: Any, watch: Watch, database: asyncpg.Connection
) -> None:
    rows = [
        ("XK.PRI", "2026Q1", 2, 30),
        ("XK.PRI", "2026Q2", 1, 10),
        ("XK.PEC", "2026Q1", 12, 15),
        ("AL.TIR", "2026Q1", 9, 9),
    ]
    await database.executemany(
        "insert into reoffending_counts values ($1, 'halt', 1, 'completed', $2, 6, $3, $4)", rows
    )  # fmt: skip
    path = "/v1/reoffending?area=XK&year=2026&months=6"
    reader = ["core_group@XK"]
    assert (await call("GET", path, as_=reader)).json()["code"] == "too-early"
    watch.later(days=600)
    (table,) = (await call("GET", path, as_=reader)).json()["tables"]
    cells = {(cell["area"], cell["answer"]): cell["value"] for cell in table["cells"]}
    assert cells["XK.PRI", "yes"] is None
    assert cells["XK.PRI", "no"] is None
    assert cells["XK.PEC", "yes"] is None
    assert not any(area.startswith("AL") for area, _ in cells)
    others = set(Role) - {Role.PUBLIC, Role.CORE_GROUP, Role.EVALUATOR, Role.ADMIN}
    for grant in (*(f"{role}@XK" for role in others), "core_group@XK.PRI", "core_group@AL"):
        assert (await call("GET", path, as_=[grant])).status_code == 403


@pytest.mark.pure
def test_when_it_is_asked_and_what_is_counted() -> None:
    """Rule C10: at 6 and 12 months, of those who took part, and not after the record is gone."""
    ended = date(2026, 8, 31)
    assert due_days(State.COMPLETED, ended, None) == {6: date(2027, 2, 28), 12: date(2027, 8, 31)}
    assert list(due_days(State.BREACHED, ended, date(2027, 8, 30))) == [6]
    assert due_days(State.RETURNED, ended, None) == due_days(State.DECLINED, ended, None) == {}
    assert [counted_in(area) for area in ("XK", "XK.PRI", "XK.PRI.DARDANIA")] == ["XK", "XK.PRI", "XK.PRI"]
    assert [quarter_of(date(2026, month, 1)) for month in (1, 3, 4, 12)] == ["2026Q1", "2026Q1", "2026Q2", "2026Q4"]
    assert [is_complete(2026, 6, day) for day in (date(2027, 9, 29), date(2027, 9, 30))] == [False, True]


@pytest.mark.pure
def test_a_small_count_cannot_be_worked_out_from_the_others() -> None:
    """Rule K8."""
    shown = published({"XK.A": (3, 40), "XK.B": (20, 50), "XK.C": (0, 60)}, under=5)
    assert shown["XK.A", "yes"].status is ObsStatus.SUPPRESSED
    hidden = {key for key, cell in shown.items() if cell.status is ObsStatus.SUPPRESSED}
    for line in ({key for key in shown if key[0] == "XK.A"}, {key for key in shown if key[1] == "yes"}):
        assert len(hidden & line) >= 2
    core = Actor(subject="x", grants=(Grant.parse("core_group@XK"),))
    rest = Actor(subject="x", grants=(Grant.parse("evaluator@XK"),))
    assert [threshold(core, "XK"), threshold(rest, "XK")] == [5, 10]
    assert not may_compare(core, "XK.PRI")
