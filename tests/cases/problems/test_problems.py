"""SARA cases over HTTP. Rules C4-C7, C14, X4."""

from itertools import product
from typing import Any

import asyncpg
import pytest

from beatbook.contracts.actor import Role

STATEMENT = {"similarity": "same square, Friday nights", "harm": "sleep, two injured", "expectation": "residents ask"}
CONSULTATION = {"group": "residents", "method": "street briefing", "held_on": "2026-03-01", "finding": "light is out"}
FOUND = {"known": "k", "weakness": "w", "source": "s"}
SIDE = {**FOUND, "controller": FOUND}
ANALYSIS = {"offender": SIDE, "target": SIDE, "place": SIDE, "causes": ["dark square"], "data_holders": ["hospital"]}
OBJECTIVE = {
    "text": "fewer fights",
    "indicator": "assaults on the square",
    "unit": "a month",
    "baseline": 12,
    "target": 6,
    "due_on": "2026-12-31",
}
TASK = {"text": "repair the lights", "owner": "municipality", "due_on": "2026-06-01"}
PLAN = {"objectives": [OBJECTIVE], "tasks": [TASK], "reviews_on": ["2026-07-01"]}
ASSESSMENT = {
    "verdict": "reduced",
    "evidence": "12 to 5 a month; in the comparison area 11 to 10",
    "keep": "the lights",
    "next_step": "look again in a year",
    "measures": [
        {
            "objective": 0,
            "counts": {"treated": {"before": 120, "after": 70}, "comparison": {"before": 110, "after": 100}},
        }
    ],
}


async def opened(call: Any, **changes: Any) -> dict[str, Any]:
    body = {"area": "XK.PRI.DARDANIA", "title": "Fights on the square", "category": "0201", **changes}
    answer = await call("POST", "/v1/problems", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["etag"] == '"1"'
    return made


async def test_a_case_through_its_four_phases(call: Any, database: asyncpg.Connection) -> None:
    problem = await opened(call, statement=STATEMENT, consultations=[CONSULTATION])
    path, version = f"/v1/problems/{problem['id']}", 1

    async def do(method: str, tail: str, body: dict[str, Any]) -> dict[str, Any]:
        nonlocal version
        answer = await call(method, path + tail, body, version=version)
        assert answer.status_code == 200, answer.text
        version += 1
        assert answer.headers["etag"] == f'"{version}"'
        return dict(answer.json())

    await do("POST", "/move", {"to": "analysis"})
    assert len((await call("GET", path)).json()["unmet"]) == 18
    await do("PUT", "/analysis", ANALYSIS)
    await do("POST", "/move", {"to": "response"})
    await do("PUT", "/plan", PLAN)
    done = {**PLAN, "tasks": [{**TASK, "state": "done"}, {**TASK, "state": "dropped", "reason": "no budget"}]}
    await do("PUT", "/plan", done)
    await do("POST", "/move", {"to": "assessment"})
    await do("PUT", "/assessment", ASSESSMENT)
    await do("POST", "/move", {"to": "closed"})
    view = await do("POST", "/move", {"to": "response", "reason": "fights came back"})
    assert [(move["origin"], move["target"]) for move in view["moves"]] == [
        ("scanning", "analysis"), ("analysis", "response"), ("response", "assessment"), ("assessment", "closed"),
        ("closed", "response"),
    ]  # fmt: skip
    assert view["moves"][-1]["reason"] == "fights came back"
    events = await database.fetch("select type, subject::text, area, data from events order by seq")
    moves = [row for row in events if "plan_item" not in row["type"]]
    assert [row["type"].split(".")[-2] for row in moves] == ["opened", *["moved"] * 5]
    assert {row["subject"] for row in moves} == {problem["id"]}
    assert [row["data"].get("verdict") for row in moves] == [None, None, None, None, "reduced", None]
    assert "square" not in str([dict(row) for row in events])


async def test_a_refused_step_lists_every_unmet_guard(call: Any, database: asyncpg.Connection) -> None:
    problem = await opened(call)
    answer = await call("POST", f"/v1/problems/{problem['id']}/move", {"to": "analysis"}, version=1)
    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (422, "guards-unmet", "C4")
    assert answer.json()["unmet"] == problem["unmet"]
    assert len(problem["unmet"]) == 4
    assert await database.fetchval("select count(*) from events") == 1
    assert (await call("GET", f"/v1/problems/{problem['id']}")).json() == problem


async def test_no_phase_is_skipped_and_going_back_needs_a_reason(call: Any) -> None:
    problem = await opened(call, statement=STATEMENT, consultations=[CONSULTATION])
    path = f"/v1/problems/{problem['id']}/move"
    assert (await call("POST", path, {"to": "response"}, version=1)).status_code == 409
    assert (await call("POST", path, {"to": "scanning"}, version=1)).status_code == 409
    assert (await call("POST", path, {"to": "analysis"}, version=1)).status_code == 200
    assert (await call("POST", path, {"to": "scanning"}, version=2)).json()["unmet"] == ["reason: say why"]
    assert (await call("POST", path, {"to": "scanning", "reason": "new pattern"}, version=2)).status_code == 200


async def test_what_a_step_was_taken_on_is_frozen(call: Any) -> None:
    problem = await opened(call, statement=STATEMENT, consultations=[CONSULTATION])
    path = f"/v1/problems/{problem['id']}"
    await call("POST", f"{path}/move", {"to": "analysis"}, version=1)
    answer = await call("PATCH", path, {"statement": {}}, version=2)
    assert (answer.status_code, answer.json()["code"]) == (409, "part-frozen")
    assert "statement" in answer.json()["detail"]
    answer = await call("PATCH", path, {"title": "Fights by night"}, version=2)
    assert answer.json()["title"] == "Fights by night"
    assert answer.json()["statement"] == STATEMENT


async def test_a_plan_that_is_not_smart_is_refused_whole(call: Any) -> None:
    problem = await opened(call)
    vague = {"objectives": [{"text": "more safety"}], "tasks": [{**TASK, "state": "dropped"}]}
    answer = await call("PUT", f"/v1/problems/{problem['id']}/plan", vague, version=1)
    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (422, "plan-flawed", "C6")
    assert len(answer.json()["unmet"]) == 6


async def test_a_case_keeps_the_category_that_others_were_told(call: Any, database: asyncpg.Connection) -> None:
    """C4: no event tells of another one, so none is taken."""
    problem = await opened(call)
    path = f"/v1/problems/{problem['id']}"
    for category in ("0501", None):
        answer = await call("PATCH", path, {"title": "x", "category": category}, version=1)
        assert (answer.status_code, answer.json()["code"]) == (409, "category-fixed")
    assert (await call("GET", path)).json() == problem
    same = await call("PATCH", path, {"title": "Fights by night", "category": "0201"}, version=1)
    assert (same.status_code, same.json()["category"], same.json()["version"]) == (200, "0201", 2)
    assert await database.fetchval("select data->>'category' from events") == "0201"


async def test_a_talk_yet_to_be_held_is_no_consultation(call: Any) -> None:
    planned = {**CONSULTATION, "held_on": "2026-03-17"}
    body = {"area": "XK.PRI", "title": "t", "consultations": [CONSULTATION, planned]}
    problem = await opened(call)
    for answer in (
        await call("POST", "/v1/problems", body),
        await call("PATCH", f"/v1/problems/{problem['id']}", {"consultations": [CONSULTATION, planned]}, version=1),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "consultations-flawed")
        assert answer.json()["unmet"] == ["consultations.1.held_on: record a talk when it has been held"]
    assert (await call("GET", f"/v1/problems/{problem['id']}")).json() == problem


async def test_patch_changes_only_what_is_sent(call: Any) -> None:
    problem = await opened(call, statement=STATEMENT)
    path = f"/v1/problems/{problem['id']}"
    answer = await call("PATCH", path, {"consultations": [CONSULTATION]}, version=1)
    assert answer.json()["statement"] == STATEMENT
    assert answer.json()["category"] == "0201"
    answer = await call("PATCH", path, {"statement": None}, version=2)
    assert answer.json()["statement"] == {"similarity": None, "harm": None, "expectation": None}
    assert answer.json()["consultations"] == [CONSULTATION]
    assert (await call("PATCH", path, {"title": None}, version=3)).status_code == 422


@pytest.mark.parametrize(("version", "status"), [(None, 428), (7, 412)])
async def test_a_change_says_which_version_it_starts_from(call: Any, version: int | None, status: int) -> None:
    problem = await opened(call)
    path = f"/v1/problems/{problem['id']}"
    for method, tail, body in (
        ("PATCH", "", {"title": "x"}),
        ("PUT", "/analysis", ANALYSIS),
        ("PUT", "/plan", PLAN),
        ("PUT", "/assessment", ASSESSMENT),
        ("POST", "/move", {"to": "analysis"}),
    ):
        assert (await call(method, path + tail, body, version=version)).status_code == status, tail
    assert (await call("GET", path)).json() == problem


@pytest.mark.parametrize(
    "changes",
    [
        {"area": "kosovo"},
        {"area": "XK.NOWHERE"},
        {"title": " "},
        {"category": "ASB"},
        {"victim": "Ana"},
        {"team": [""]},
    ],
)
async def test_bad_cases(call: Any, database: asyncpg.Connection, changes: dict[str, Any]) -> None:
    answer = await call("POST", "/v1/problems", {"area": "XK.PRI", "title": "t", **changes})
    assert answer.status_code == 422
    assert await database.fetchval("select count(*) from problems") == 0


async def test_who_sees_and_changes_a_case(call: Any, subtests: pytest.Subtests) -> None:
    for role, subject in product(Role, ("ana", "luan")):
        with subtests.test(f"{subject}, {role}"):
            await sees_and_changes(call, role, subject)


async def sees_and_changes(call: Any, role: Role, subject: str) -> None:
    problem = await opened(call)
    grants = [] if role is Role.PUBLIC else [f"{role}@XK.PRI"]
    path = f"/v1/problems/{problem['id']}"
    sees = role is Role.SUPERVISOR or (role in {Role.OFFICER, Role.ADMIN} and subject == "ana")

    async def as_them(method: str, path: str, body: object = None, version: int | None = None) -> Any:
        return await call(method, path, body, as_=grants, subject=subject, version=version)

    assert (await as_them("GET", path)).status_code == (200 if sees else 404)
    listed = (await as_them("GET", "/v1/problems?limit=100")).json()["items"]
    assert (problem["id"] in {item["id"] for item in listed}) == sees
    changed = await as_them("PATCH", path, {"title": "new"}, 1)
    assert changed.status_code == (200 if sees else 404)
    opens = await as_them("POST", "/v1/problems", {"area": "XK.PRI", "title": "another"})
    assert opens.status_code == (201 if role in {Role.OFFICER, Role.SUPERVISOR, Role.ADMIN} else 403)
    if not sees:
        hidden, missing = (
            changed.json(),
            (await as_them("GET", f"/v1/problems/{'0' * 8}-0000-7000-8000-{'0' * 12}")).json(),
        )
        assert hidden == missing
        assert (await call("GET", path)).json() == problem


async def test_a_grant_elsewhere_sees_nothing(call: Any) -> None:
    problem = await opened(call)
    for grant in ("supervisor@XK.PEC", "supervisor@XK.PR", "admin@AL", "supervisor@XK.PRI.ULPIANA"):
        answer = await call("GET", f"/v1/problems/{problem['id']}", as_=[grant])
        assert answer.status_code == 404


async def test_who_administers_the_area_needs_a_part_in_its_cases(call: Any) -> None:
    problem = await opened(call)
    path, admin = f"/v1/problems/{problem['id']}", {"as_": ["admin@XK"], "subject": "luan"}
    assert (await call("GET", path, **admin)).status_code == 404
    assert (await call("PATCH", path, {"team": ["luan"]}, version=1, **admin)).status_code == 404
    assert (await call("PATCH", path, {"team": ["luan"]}, as_=["supervisor@XK"], version=1)).status_code == 200
    assert (await call("PATCH", path, {"title": "x"}, version=2, **admin)).status_code == 200
    assert (await call("PATCH", path, {"supervisor": "luan"}, version=3, **admin)).status_code == 403


async def test_only_who_leads_the_case_sets_team_and_supervisor(call: Any) -> None:
    problem = await opened(call)
    path = f"/v1/problems/{problem['id']}"
    assert (await call("PATCH", path, {"team": ["ana", "luan"]}, version=1)).status_code == 403
    lead = await call("PATCH", path, {"team": ["luan"], "supervisor": "mira"}, as_=["supervisor@XK"], version=1)
    assert (lead.json()["team"], lead.json()["supervisor"]) == (["luan"], "mira")
    assert (await call("GET", path)).status_code == 404
    assert (await call("GET", path, subject="luan")).status_code == 200
    assert (await call("PATCH", path, {"team": []}, subject="mira", version=2)).status_code == 200
    assert (await call("GET", path, subject="luan")).status_code == 404


async def test_lists_by_area_and_phase_page_by_page(call: Any) -> None:
    for area in ("XK.PRI", "XK.PRI.DARDANIA", "XK.PEC"):
        await opened(call, area=area)
    first = (await call("GET", "/v1/problems?area=XK.PRI&limit=1")).json()
    second = (await call("GET", f"/v1/problems?area=XK.PRI&limit=1&after={first['next']}")).json()
    assert [item["area"] for item in first["items"] + second["items"]] == ["XK.PRI", "XK.PRI.DARDANIA"]
    assert second["next"] is None
    assert (await call("GET", "/v1/problems?phase=closed")).json()["items"] == []
    assert (await call("GET", "/v1/problems?phase=lost")).status_code == 422


async def test_a_case_knows_its_incidents(call: Any) -> None:
    """C4: those that were recorded and that its officers may see, each once."""
    ids = []
    for number in range(3):
        report = {"area": "XK.PRI.DARDANIA", "category": "0801", "month": "2026-01", "external_id": f"r{number}"}
        ids.append((await call("POST", "/v1/incidents", report)).json()["id"])
    problem = await opened(call, incident_ids=ids[:1])
    path = f"/v1/problems/{problem['id']}/incidents"
    assert (await call("POST", path, {"incident_ids": ids}, version=1)).status_code == 200
    assert [item["incident_id"] for item in (await call("GET", path)).json()["items"]] == sorted(ids)
    assert (await call("DELETE", f"{path}/{ids[0]}", version=2)).status_code == 200
    assert (await call("DELETE", f"{path}/{ids[0]}", version=3)).status_code == 404
    strange = [ids[1], "00000000-0000-7000-8000-000000000000"]
    answer = await call("POST", path, {"incident_ids": strange}, version=3)
    assert (answer.status_code, answer.json()["unmet"]) == (
        422, ["incident_ids.1: no incident with this id that you may see"]
    )  # fmt: skip
    elsewhere = {"area": "XK.PEC", "title": "t", "incident_ids": ids[:1]}
    assert (await call("POST", "/v1/problems", elsewhere, as_=["officer@XK.PEC"])).status_code == 422
    assert [item["incident_id"] for item in (await call("GET", path)).json()["items"]] == sorted(ids[1:])
