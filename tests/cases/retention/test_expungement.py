"""Expungement by hand and by the clock, and the hold that stops both. Rule C16."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from beatbook.kit.clock import Clock
from beatbook.kit.db import Database
from beatbook.kit.timers import WorkerContext
from services.cases.files.commands import close
from services.cases.files.queries import enter
from services.cases.files.rules import Action, Kind
from services.cases.settings import CasesSettings
from services.cases.timers import keep_ledger, keep_to_periods
from tests.cases.conftest import NOW, Call, Sessions
from tests.cases.people.conftest import ANA, ARBEN, Opened

SUE: dict[str, Any] = {"as_": ["supervisor@XK"], "subject": "sue"}


async def turn(work: Any, settings: CasesSettings, clock: Clock = lambda: NOW) -> None:
    database = Database(settings)
    await work(WorkerContext(database, settings, clock))
    await database.close()


async def close_case(sessions: Sessions, vault: Any, case_id: Any, outcome: str | None = None) -> None:
    async with sessions(ANA) as session:
        entered = await enter(session, ANA, NOW, vault, case_id, Action.WRITE, None, locked=True)
        close(entered, NOW, outcome)


async def counts(database: asyncpg.Connection) -> list[Any]:
    """What statistics are made of: cases by kind, area and outcome, people by role, openings and entries."""
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    files = await database.fetch(
        "select kind, area, outcome, opened_at, count(*) from case_files group by 1, 2, 3, 4 order by 1, 3, 4"
    )
    people = await database.fetch("select role, guardian_of, count(*) from people group by 1, 2 order by 1")
    return [*files, *people]


async def test_by_hand_nothing_can_be_read_and_everything_is_still_counted(
    opened: Opened, call: Call, database: asyncpg.Connection
) -> None:
    case, other = await opened(), await opened()
    path = f"/v1/cases/{case.file.id}"
    for one in (case, other):
        person = (await call("POST", f"/v1/cases/{one.file.id}/people", ARBEN)).json()["id"]
    before = await counts(database)
    for who in ({}, {"as_": ["supervisor@XK.PEC"]}):
        refused = await call("POST", f"{path}/expunge", {"reason": "court_order"}, version=1, **who)
        assert refused.status_code == (403 if not who else 404)
    assert (await call("POST", f"{path}/expunge", {"reason": "period_ended"}, version=1, **SUE)).status_code == 422
    done = await call("POST", f"{path}/expunge", {"reason": "court_order"}, version=1, **SUE)
    assert (done.status_code, done.json()["expunged_at"] is not None) == (200, True)
    for sub in ("/people", f"/people/{person}", "/retention"):
        assert (await call("GET", path + sub, **SUE)).status_code == 410
    assert (await call("POST", f"{path}/expunge", {"reason": "court_order"}, version=2, **SUE)).status_code == 410
    assert await counts(database) == before
    (found,) = (await call("POST", "/v1/people/search", {"name": "Krasniqi"})).json()["items"]
    assert found["case_id"] == str(other.file.id)
    assert await database.fetchval("select count(*) from people_tags where case_id = $1", case.file.id) == 0
    told = await database.fetch("select data from events where type like '%case.expunged%'")
    kind = {"case_id": str(case.file.id), "kind": "problem", "area": "XK.PRI", "reason": "court_order"}
    assert [json.loads(row["data"]) if isinstance(row["data"], str) else row["data"] for row in told] == [kind]
    assert (await call("GET", f"/v1/cases/{other.file.id}/people")).json()["items"][0]["given_names"] == "Arben"


async def test_an_open_case_is_closed_before_somebody_asks_for_its_end(opened: Opened, call: Call) -> None:
    case = await opened()
    for reason in ("data_subject", "consent_withdrawn"):
        refused = await call("POST", f"/v1/cases/{case.file.id}/expunge", {"reason": reason}, version=1, **SUE)
        assert (refused.status_code, refused.json()["code"]) == (409, "open")
    assert (await call("GET", f"/v1/cases/{case.file.id}/people")).status_code == 200


async def test_a_hold_stops_both_until_it_is_released(
    opened: Opened, call: Call, sessions: Sessions, vault: Any, settings: CasesSettings
) -> None:
    case = await opened()
    path = f"/v1/cases/{case.file.id}"
    await close_case(sessions, vault, case.file.id)
    held = await call("PUT", f"{path}/hold", {"code": "court"}, version=1, **SUE)
    assert (held.json()["hold"], held.headers["ETag"]) == ("court", '"2"')
    assert (await call("PUT", f"{path}/hold", {"code": "audit"}, version=2, **SUE)).json()["code"] == "held"
    assert (await call("DELETE", f"{path}/hold", version=1, **SUE)).status_code == 412
    assert (await call("DELETE", f"{path}/hold", version=2)).status_code == 403
    refused = await call("POST", f"{path}/expunge", {"reason": "court_order"}, version=2, **SUE)
    assert (refused.status_code, refused.json()["code"]) == (409, "held")

    def years_later() -> Any:
        return NOW + timedelta(days=3660)

    await turn(keep_to_periods, settings, years_later)
    kept = (await call("GET", f"{path}/retention", **SUE)).json()
    assert (kept["keep_until"], kept["expunged_at"]) == ("2031-03-15", None)
    released = (await call("DELETE", f"{path}/hold", version=2, **SUE)).json()
    assert (released["hold"], released["holds"][0]["released_by"]) == (None, "sue")
    await turn(keep_to_periods, settings, years_later)
    assert (await call("GET", f"{path}/retention", **SUE)).status_code == 410


async def test_the_clock_keeps_to_kind_and_outcome_and_to_the_last_day(
    opened: Opened,
    sessions: Sessions,
    vault: Any,
    settings: CasesSettings,
    database: asyncpg.Connection,
    tmp_path: Path,
) -> None:
    rules = [{"kind": kind, "months": 12, "basis": "law"} for kind in Kind]
    rules += [{"kind": "diversion", "outcome": "completed", "months": 1, "basis": "law"}]
    (tmp_path / "rules.json").write_text(json.dumps({"title": "ours", "rules": rules}))
    settings = settings.model_copy(update={"retention_rules": tmp_path / "rules.json"})
    done, broken, still_open = [await opened(kind=Kind.DIVERSION) for _ in range(3)]
    await close_case(sessions, vault, done.file.id, "completed")
    await close_case(sessions, vault, broken.file.id, "breached")

    async def expunged(days: int) -> set[Any]:
        await turn(keep_to_periods, settings, lambda: NOW + timedelta(days=days))
        rows = await database.fetch("select id from case_files where expunged_at is not null")
        return {row["id"] for row in rows}

    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    assert await expunged(31) == set()  # 15 April is the last day
    assert await expunged(32) == {done.file.id}
    assert await expunged(365) == {done.file.id}
    assert await expunged(366) == {done.file.id, broken.file.id}
    assert await expunged(36600) == {done.file.id, broken.file.id}
    assert await database.fetchval("select keep_until from case_files where id = $1", still_open.file.id) is None


async def test_the_periods_in_force_are_told(api: httpx.AsyncClient, tokens: Any) -> None:
    told = (await api.get("/v1/retention-rules", headers={"Authorization": tokens("officer@XK")})).json()
    assert told["is_default"]


@pytest.mark.parametrize("ledger", [True, False])
async def test_a_ledger_is_written_after_the_fact_and_once(
    opened: Opened, call: Call, settings: CasesSettings, tmp_path: Path, *, ledger: bool
) -> None:
    path = tmp_path / "ledger"
    settings = settings.model_copy(update={"expunged_ledger": path if ledger else None})
    cases = [await opened() for _ in range(2)]
    for case in cases:
        await call("POST", f"/v1/cases/{case.file.id}/expunge", {"reason": "court_order"}, version=1, **SUE)
        for _ in range(2):
            await turn(keep_ledger, settings)
    lines = path.read_text().splitlines() if ledger else []
    assert lines == [f"{case.file.id} problem 2026-03-15" for case in cases if ledger]


async def test_a_key_that_is_put_back_opens_nothing_and_does_not_stay(
    opened: Opened, call: Call, settings: CasesSettings, database: asyncpg.Connection
) -> None:
    """By who may write the database, at once, before any ledger knows; and where none is kept."""
    case = (await opened()).file.id
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    wrapped = await database.fetchval("select wrapped from case_keys where case_id = $1", case)
    await call("POST", f"/v1/cases/{case}/expunge", {"reason": "court_order"}, version=1, **SUE)
    await database.execute("insert into case_keys values ($1, $2)", case, wrapped)
    assert (await call("GET", f"/v1/cases/{case}/people", **SUE)).status_code == 410
    await turn(keep_ledger, settings)
    assert await database.fetchval("select count(*) from case_keys") == 0
