"""Rule C2: perceptions, indicators and legal classification, apart from the base offence and from one another."""

import asyncio
from typing import Any

import asyncpg
import pytest

from beatbook.contracts.actor import Role
from services.cases.hate_crimes.rules import Classification, classifying_obstacles

PERCEPTION = {"perceived_by": "victim", "motivations": ["anti_roma", "gender"]}
NOTERS = {Role.OFFICER, Role.SUPERVISOR}


@pytest.fixture
async def path(call: Any) -> str:
    incident = {"area": "XK.PRI", "external_id": "7", "month": "2022-01", "category": "0201"}
    made = (await call("POST", "/v1/incidents", incident)).json()
    assert made["is_urgent"] is False
    return f"/v1/incidents/{made['id']}/hate-crime"


async def test_a_flag_raises_the_priority_and_makes_a_task(call: Any, database: asyncpg.Connection, path: str) -> None:
    assert (await call("GET", path)).status_code == 404
    made = await call("POST", f"{path}/perceptions", PERCEPTION, subject="ana")
    assert made.status_code == 201, made.text
    view = made.json()
    assert (view["category"], view["classification"], view["classifications"]) == ("0201", "unclassified", [])
    assert view["perceptions"] == [{**PERCEPTION, "noted_by": "ana", "noted_at": "2026-03-15T12:00:00Z"}]
    assert (await call("GET", path.removesuffix("/hate-crime"))).json()["is_urgent"] is True
    (task,) = (await call("GET", "/v1/tasks", as_=["supervisor@XK"])).json()["items"]
    assert (task["kind"], task["is_urgent"], task["due_at"]) == ("review_hate_crime", True, "2026-03-16T12:00:00Z")
    assert path == f"/v1/incidents/{task['about_id']}/hate-crime"
    data = await database.fetchval("select data::text from events where type like '%hate_crime.flagged%'")
    assert "roma" not in data
    assert "victim" not in data


async def test_each_later_flag_makes_a_task_again_once_the_one_before_is_closed(call: Any, path: str) -> None:
    bodies = [PERCEPTION, {"perceived_by": "ngo", "motivations": ["other"]}]
    answers = await asyncio.gather(*(call("POST", f"{path}/perceptions", body) for body in bodies))
    assert [answer.status_code for answer in answers] == [201, 201]
    (task,) = (await call("GET", "/v1/tasks", as_=["supervisor@XK"])).json()["items"]
    close = f"/v1/tasks/{task['id']}/close"
    assert (await call("POST", close, {"outcome": "done"}, as_=["supervisor@XK"], version=1)).status_code == 200
    observed = await call("POST", f"{path}/indicators", {"indicators": ["hate_group", "words_or_symbols"]})
    assert [item["indicators"] for item in observed.json()["indicators"]] == [["hate_group", "words_or_symbols"]]
    tasks = (await call("GET", "/v1/tasks?state=open", as_=["supervisor@XK"])).json()["items"]
    assert len(tasks) == 1
    assert len(observed.json()["perceptions"]) == 2


async def test_the_law_changes_its_view_and_what_was_perceived_stays(
    call: Any, database: asyncpg.Connection, path: str
) -> None:
    classify = f"{path}/classifications"
    assert (await call("POST", classify, {"classification": "suspected"}, version=1)).status_code == 404
    await call("POST", f"{path}/perceptions", PERCEPTION)
    assert (await call("POST", classify, {"classification": "suspected"})).status_code == 428
    assert (await call("POST", classify, {"classification": "suspected"}, version=9)).status_code == 412
    await call("POST", classify, {"classification": "suspected"}, version=1)
    last = await call("POST", classify, {"classification": "not_upheld"}, version=2)
    view = last.json()
    assert (view["classification"], view["version"], last.headers["etag"]) == ("not_upheld", 3, '"3"')
    assert [item["classification"] for item in view["classifications"]] == ["suspected", "not_upheld"]
    assert view["perceptions"][0]["motivations"] == PERCEPTION["motivations"]
    for wanted in ("unclassified", "not_upheld"):
        refused = await call("POST", classify, {"classification": wanted}, version=3)
        assert (refused.status_code, refused.json()["rule"], len(refused.json()["unmet"])) == (422, "C2", 1)
    assert (await call("DELETE", path)).status_code == 405
    await database.execute("delete from hate_crime_notes")
    await database.execute("update hate_crime_notes set motivations = '{}'")
    assert (await call("GET", path)).json() == view


@pytest.mark.pure
@pytest.mark.parametrize("present", Classification)
def test_no_classification_is_undone(present: Classification) -> None:
    open_to = {wanted for wanted in Classification if not classifying_obstacles(present, wanted)}
    assert open_to == set(Classification) - {present, Classification.UNCLASSIFIED}


@pytest.mark.parametrize(
    "body",
    [
        {"perceived_by": "victim", "motivations": []},
        {"perceived_by": "Ana", "motivations": ["other"]},
        {"perceived_by": "victim", "motivations": ["they shouted"]},
        {**PERCEPTION, "text": "they shouted"},
    ],
)
async def test_codes_only(call: Any, path: str, body: dict[str, Any]) -> None:
    answer = await call("POST", f"{path}/perceptions", body)
    assert answer.status_code == 422
    assert "shouted" not in answer.text


async def test_lists_by_area_motivation_and_classification(call: Any, path: str) -> None:
    await call("POST", f"{path}/perceptions", PERCEPTION)
    for query, count in {
        "": 1, "area=XK.PRI": 1, "area=XK.PEC": 0, "motivation=gender": 1, "motivation=disability": 0,
        "classification=unclassified": 1, "classification=suspected": 0,
    }.items():  # fmt: skip
        assert len((await call("GET", f"/v1/hate-crimes?{query}")).json()["items"]) == count, query


async def test_who_may_note_and_see_bias(
    call: Any, database: asyncpg.Connection, path: str, subtests: pytest.Subtests
) -> None:
    await call("POST", f"{path}/perceptions", PERCEPTION)
    for grant in (*(f"{role}@XK.PRI" for role in Role if role is not Role.PUBLIC), "officer@XK.PEC"):
        with subtests.test(grant):
            await notes_and_sees(call, database, path, grant)


async def notes_and_sees(call: Any, database: asyncpg.Connection, path: str, grant: str) -> None:
    before = await database.fetchval("select count(*) from hate_crime_notes")
    seen = await call("GET", path, as_=[grant])
    listed = (await call("GET", "/v1/hate-crimes", as_=[grant])).json()["items"]
    noted = await call("POST", f"{path}/perceptions", PERCEPTION, as_=[grant])
    observed = await call("POST", f"{path}/indicators", {"indicators": ["differences"]}, as_=[grant])
    version = (await call("GET", path)).json()["version"]
    view = {"classification": "not_upheld" if grant.startswith("supervisor") else "suspected"}
    classified = await call("POST", f"{path}/classifications", view, as_=[grant], version=version)
    statuses = [seen.status_code, noted.status_code, observed.status_code, classified.status_code]
    role, _, area = grant.partition("@")
    if Role(role) in NOTERS and area == "XK.PRI":
        assert (statuses, len(listed)) == ([200, 201, 201, 201], 1)
        return
    # who may read incidents may not see bias for that
    assert (statuses, listed) == ([404, *([403] * 3 if role == Role.ADMIN else [404] * 3)], [])
    assert await database.fetchval("select count(*) from hate_crime_notes") == before
