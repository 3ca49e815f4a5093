"""Complaints about police over HTTP: anybody's to send, the oversight body's alone to read. Rule C19."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from beatbook.contracts.actor import Actor, Grant, Role
from beatbook.kit.db import Database
from beatbook.kit.settings import ServiceSettings
from services.cases.base import CLOCK
from services.cases.complaints.reminders import remind_of_complaints
from services.cases.complaints.rules import ALLOWANCES, Asking
from services.cases.files.rules import Kind, part_of
from services.cases.files.tables import CaseFile
from tests.cases.conftest import NOW, Sessions

PATH = "/v1/complaints"
AREA = "XK.PRI.DARDANIA"
WORDS = {"area": AREA, "matter": "stop_and_search", "text": "Zylfije was searched", "wish": "an apology"}
OVERSIGHT: dict[str, Any] = {"as_": ["oversight@XK.PRI"], "subject": "eve"}
STEPS = [
    {"to": "acknowledged"}, {"to": "under_review"}, {"to": "upheld", "note": "the camera", "answer": "You were right."},
    {"to": "closed"},
]  # fmt: skip


async def sent(call: Any, *, as_: Any = (), **changes: Any) -> str:
    answer = await call("POST", PATH, WORDS | changes, as_=as_, subject="ana")
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["receipt"])


async def path_of(database: asyncpg.Connection) -> str:
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    return f"{PATH}/{await database.fetchval('select id from complaints order by id desc limit 1')}"


async def test_from_a_receipt_to_an_answer(call: Any, database: asyncpg.Connection) -> None:
    code = await sent(call)
    path = await path_of(database)
    view = (await call("GET", path, **OVERSIGHT)).json()
    assert (view["text"], view["channel"], view["subject"]) == (WORDS["text"], "public", None)
    skipped = await call("POST", f"{path}/move", STEPS[1], **OVERSIGHT, version=1)
    assert skipped.status_code == 409
    for version, step in enumerate(STEPS, 1):
        if step["to"] == "upheld":
            bare = await call("POST", f"{path}/move", {"to": "upheld"}, **OVERSIGHT, version=version)
            assert (bare.status_code, len(bare.json()["unmet"])) == (422, 2)
        moved = await call("POST", f"{path}/move", step, **OVERSIGHT, version=version)
        assert moved.status_code == 200, moved.text
    assert (moved.json()["outcome"], [step["note"] for step in moved.json()["steps"]]) == (
        "upheld", [None, None, "the camera", None],
    )  # fmt: skip
    ended = await database.fetchrow("select outcome, closed_at from case_files")
    assert ended is not None
    assert (ended["outcome"], ended["closed_at"]) == ("upheld", NOW)
    told = await call("POST", f"{PATH}/follow", {"code": code.lower().replace("-", " ")}, as_=())
    assert told.json() == {
        "state": "closed", "received_on": "2026-03-15", "acknowledge_by": "2026-03-20T12:00:00Z",
        "decide_by": "2026-06-13T12:00:00Z", "answer": "You were right.",
    }  # fmt: skip
    events = await database.fetch("select type, actor, data from events order by seq")
    assert [row["type"].split(".")[-2] for row in events] == ["received", "moved", "moved", "moved", "moved"]
    rows = await database.fetch("select * from complaints, complaint_steps")
    assert not any(word in str([dict(row) for row in [*events, *rows]]) for word in ("Zylfije", "camera", "right."))


POLICE = [f"{role}@{area}" for role in ("officer", "supervisor", "admin") for area in ("XK", "XK.PRI", AREA)]


async def unseen(call: Any, path: str, grants: list[str], subject: str) -> None:
    case_id, who = path.rpartition("/")[2], {"as_": grants, "subject": subject}
    step = {"to": "acknowledged"}
    answers = [
        await call("GET", path, **who), await call("POST", f"{path}/move", step, **who, version=1),
        await call("GET", f"/v1/cases/{case_id}/trail", **who),
        await call("POST", f"/v1/cases/{case_id}/break-glass", {"reason": "to see what it says"}, **who),
        await call("GET", f"/v1/cases/{case_id}/retention", **who),
        await call("GET", f"/v1/cases/{case_id}/people", **who),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}
    for listed in (PATH, f"{PATH}?overdue=true", "/v1/cases?kind=complaint", "/v1/tasks"):
        assert (await call("GET", listed, **who)).json()["items"] == []


async def test_nobody_but_the_oversight_body_learns_of_it(
    call: Any, database: asyncpg.Connection, subtests: pytest.Subtests
) -> None:
    others = [
        *(f"{role}@XK" for role in Role if role not in {"public", "oversight"}),
        "oversight@XK.PEC",
        "oversight@AL",
    ]
    await sent(call, as_=[*POLICE, *others])
    path = await path_of(database)
    for grant in (*POLICE, *others):
        with subtests.test(grant):
            await unseen(call, path, [grant], "ana")
    assert await database.fetchval("select state from complaints") == "received"
    trail = await database.fetch("select entry from audit_entries where chain = $1", path_id(path))
    assert "ana" not in str([*trail, *await database.fetch("select actor from events")])


def path_id(path: str) -> str:
    return path.rpartition("/")[2]


async def test_police_of_the_area_do_not_see_it_by_being_oversight_too(
    call: Any, database: asyncpg.Connection, sessions: Sessions, subtests: pytest.Subtests
) -> None:
    await sent(call)
    path = await path_of(database)
    file = CaseFile(kind=Kind.COMPLAINT, area=AREA, team=["eve"], supervisor="eve", agency=None)
    for police in POLICE:
        with subtests.test(police):
            await unseen(call, path, [police, "oversight@XK"], "eve")
            both = Actor(subject="eve", grants=(Grant.parse(police), Grant.parse("oversight@XK")))
            assert part_of(both, file) is None
            async with sessions(both) as session:  # the wall behind says the same
                seen = await (await session.connection()).exec_driver_sql("select id from case_files")
                assert seen.all() == []
    elsewhere = {"as_": ["officer@XK.PEC", "oversight@XK.PRI"], "subject": "eve"}
    assert (await call("GET", path, **elsewhere)).status_code == 200
    assert len((await call("GET", PATH, **elsewhere)).json()["items"]) == 1


async def test_one_about_the_oversight_body_goes_to_the_tier_above(call: Any, database: asyncpg.Connection) -> None:
    await sent(call, oversight_of="XK.PRI")
    path = await path_of(database)
    assert (await call("GET", path, **OVERSIGHT)).status_code == 404
    above = await call("GET", path, as_=["oversight@XK"])
    assert (above.json()["area"], above.json()["about_oversight"]) == ("XK", True)
    nobody = await call("POST", PATH, WORDS | {"oversight_of": "XK"}, as_=())
    assert (nobody.status_code, nobody.json()["code"]) == (422, "nobody-above")
    assert (await call("POST", PATH, WORDS | {"oversight_of": "AL"}, as_=())).json()["code"] == "wrong-body"
    assert (await call("POST", PATH, WORDS | {"area": "XK.NOWHERE"}, as_=())).json()["code"] == "unknown_area"


async def test_a_partner_complains_on_behalf_and_only_oversight_knows_which(
    api: Any, tokens: Any, call: Any, database: asyncpg.Connection
) -> None:
    token = tokens("partner@XK", subject="ngo", agency="shelter")
    body = WORDS | {"standing": "on_behalf"}
    assert (await api.post(PATH, json=body, headers={"Authorization": token})).status_code == 201
    path = await path_of(database)
    view = (await call("GET", path, **OVERSIGHT)).json()
    assert (view["channel"], view["agency"], view["subject"]) == ("partner", "shelter", "ngo")
    kept = await database.fetch("select complaints.*, case_files.* from complaints join case_files using (id)")
    events = await database.fetch("select actor, data from events")
    assert "shelter" not in str([dict(row) for row in [*kept, *events]])


async def test_repeating_a_complaint_safely_leaves_no_name_beside_it(
    api: Any, tokens: Any, database: asyncpg.Connection
) -> None:
    """An Idempotency-Key works as everywhere; what is kept of it tells neither who sent it nor what else they sent."""
    headers = {"Authorization": tokens("officer@XK", subject="ana")}
    answers = [
        await api.post(PATH, json=WORDS | more, headers=headers | {"Idempotency-Key": key})
        for key, more in (("first", {}), ("first", {}), ("first", {"wish": "none"}), ("second", {}))
    ]
    assert [answer.status_code for answer in answers] == [201, 409, 422, 201]
    rows = await database.fetch("select * from idempotency_keys")
    assert "ana" not in str([dict(row) for row in rows])
    assert len({row["actor"] for row in rows}) == len(rows) == 2


async def test_a_wrong_code_is_answered_alike_and_askers_are_held_back(call: Any) -> None:
    answers = [await call("POST", f"{PATH}/follow", {"code": code}, as_=()) for code in ("0" * 28, "?", "no code")]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, answers[0].json())] * 3
    burst = ALLOWANCES[Asking.COMPLAIN_FROM].burst
    codes = [(await call("POST", PATH, WORDS, as_=())).status_code for _ in range(burst + 1)]
    assert codes == [201] * burst + [429]


async def test_what_is_overdue_is_told_once_and_only_to_the_oversight_body(
    call: Any, settings: ServiceSettings, database: asyncpg.Connection
) -> None:
    await sent(call)
    await sent(call, matter="death_or_injury")
    kit = Database(settings)

    async def look(days: float) -> list[str]:
        async def once() -> None:
            async with kit.sessions.begin() as session:
                await remind_of_complaints(session, CLOCK, NOW + timedelta(days=days))

        await asyncio.gather(once(), once())
        rows = await database.fetch("select data from events where type like '%.complaint.overdue.%' order by seq")
        return [row["data"]["owed"] for row in rows]

    assert [len(await look(days)) for days in (0.9, 1.1, 1.2, 5.1)] == [0, 1, 1, 2]
    path = await path_of(database)
    await call("POST", f"{path}/move", STEPS[0], **OVERSIGHT, version=1)
    assert (await look(61))[2:] == ["decision"]
    assert (await call("GET", "/v1/tasks", as_=["supervisor@XK"])).json()["items"] == []
    await kit.close()


async def copied(database: asyncpg.Connection, area: str, count: int) -> None:
    """More complaints like the one there, in a quarter that is over."""
    await database.execute(
        "insert into case_files (id, kind, area, team, shared, opened_at, opened_by, retention_version) "
        "select gen_random_uuid(), 'complaint', $1, '{}', '{}', now(), 'public', 1 from generate_series(1, $2)",
        area, count,
    )  # fmt: skip
    await database.execute(
        "insert into complaints select (jsonb_populate_record(c, jsonb_build_object("
        "'id', f.id, 'area', f.area, 'receipt_sha256', f.id, 'received_at', '2025-11-05T00:00:00Z'))).* "
        "from case_files f, complaints c where f.area = $1 and c.area = $2",
        area,
        AREA,
    )


async def test_figures_withhold_small_counts_from_everyone_alike(call: Any, database: asyncpg.Connection) -> None:
    await sent(call)
    await path_of(database)
    for area, count in {"XK.PRI.ULPIANA": 23, "XK.PEC": 3}.items():
        await copied(database, area, count)

    async def figures(year: int, **who: Any) -> Any:
        return (await call("GET", f"/v1/complaint-figures?country=XK&year={year}", **who)).json()["figures"]

    assert await figures(2026, as_=()) == []
    shown = await figures(2025, as_=())
    last = {row["area"]: (row["value"], row["status"]) for row in shown if row["quarter"] == "2025-Q4"}
    assert last["XK.PEC"] == (None, "Q")
    assert [row for row in last.values() if row == (None, "Q")] != [last["XK.PEC"]]
    assert shown == await figures(2025, as_=["core_group@XK"]) == await figures(2025, as_=["supervisor@XK"])
    first = {row["area"]: row["value"] for row in shown if row["quarter"] == "2025-Q1"}
    assert first == {None: 0, "XK": 0, "XK.PEC": 0, "XK.PRI": 0}
    assert (await call("GET", "/v1/complaint-figures?country=XK.PRI&year=2025", as_=())).status_code == 422
