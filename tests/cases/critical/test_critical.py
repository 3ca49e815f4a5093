"""Critical incidents over HTTP, and what the clock reminds of. Rules C14, C17."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from beatbook.kit.db import Database
from beatbook.kit.settings import ServiceSettings
from services.cases.base import CLOCK
from services.cases.critical.reminders import remind_of_reviews
from tests.cases.conftest import NOW

AREA = "XK.PRI.DARDANIA"
CONCEPTS = {
    "effectiveness": "the first report was lost", "significant_impact": "a family and a street",
    "confidence": "the street's trust", "likelihood": "it is in the papers",
}  # fmt: skip
DECLARED = {"area": AREA, "title": "Death in custody", "concepts": CONCEPTS, "gold": "gil", "silver": "sia"}
COMMUNITY = {"area": AREA, "community": "the family's street", "effect": "high", "concerns": ["no answer"],
             "actions": ["a visit each day"]}  # fmt: skip
RISK = {"risk": "a march turns violent", "likelihood": 3, "impact": 4, "owner": "bo"}
DECISION = {"decision": "no cordon", "rationale": "it would inflame", "options": ["cordon", "no cordon"]}
DOWN = {"reasons": "calm for a month", "debrief": "with the family", "learning": ["call sooner"]}
PATH = "/v1/critical-incidents"


@pytest.fixture
async def path(call: Any) -> str:
    answer = await call("POST", PATH, DECLARED)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return f"{PATH}/{answer.json()['id']}"


def impact(days: int) -> dict[str, Any]:
    return {"communities": [COMMUNITY], "review_due_at": (NOW + timedelta(days=days)).isoformat()}


async def test_a_declaration_without_reasons_names_each(call: Any, database: asyncpg.Connection) -> None:
    answer = await call("POST", PATH, {"area": AREA, "title": "t", "concepts": {"confidence": "theirs"}})
    assert (answer.status_code, answer.json()["rule"], len(answer.json()["unmet"])) == (422, "C17", 5)
    assert await database.fetchval("select count(*) from events") == 0


async def test_from_declaration_to_stand_down(call: Any, path: str, database: asyncpg.Connection) -> None:
    gold: dict[str, Any] = {"subject": "gil"}
    refused = await call("POST", f"{path}/stand-down", {}, **gold, version=1)
    assert (refused.status_code, len(refused.json()["unmet"])) == (422, 4)
    assert (await call("POST", f"{path}/impacts", impact(40), **gold)).status_code == 422
    assert (await call("POST", f"{path}/impacts", impact(7), **gold)).status_code == 201
    assert (await call("POST", f"{path}/risks", RISK, **gold)).json()["score"] == 12
    assert (await call("POST", f"{path}/stand-down", DOWN, **gold, version=2)).json()["unmet"] == [
        "risks.1: is open; mitigate, accept or close it"
    ]
    lower = {**RISK, "likelihood": 1, "state": "mitigated", "mitigations": ["stewards"]}
    assert (await call("PUT", f"{path}/risks/1", lower, **gold, version=3)).status_code == 412
    assert (await call("PUT", f"{path}/risks/1", lower, **gold, version=1)).json()["version"] == 2
    history = (await call("GET", f"{path}/risks/1", **gold)).json()
    assert [(row["score"], row["state"]) for row in history] == [(12, "open"), (4, "mitigated")]
    view = (await call("POST", f"{path}/stand-down", DOWN, **gold, version=2)).json()
    assert (view["state"], view["concepts"], view["stand_down"]) == ("stood_down", CONCEPTS, DOWN)
    assert all(row["until_at"] for row in view["command"])
    assert (await call("POST", f"{path}/decisions", DECISION, **gold)).status_code == 409
    told = await database.fetch("select type, data from events order by seq")
    assert [row["type"].split(".")[-2] for row in told] == ["declared", "stood_down"]
    kept = await database.fetch("select * from critical_incidents, critical_impacts, critical_risks")
    assert not any(word in str([dict(row) for row in [*told, *kept]]) for word in ("custody", "street", "march"))


async def test_command_goes_over_in_one_act_and_gives_a_part(call: Any, path: str) -> None:
    assert (await call("GET", path, subject="nia")).status_code == 404
    new = {"role": "gold", "subject": "nia"}
    assert (await call("POST", f"{path}/command", new, subject="sia", version=1)).status_code == 403
    view = (await call("POST", f"{path}/command", new, subject="gil", version=1)).json()
    assert [(row["role"], row["subject"], row["until_at"] is None) for row in view["command"]] == [
        ("gold", "gil", False), ("silver", "sia", True), ("gold", "nia", True),
    ]  # fmt: skip
    bronze = {"role": "bronze", "function": "public_order", "subject": "bo"}
    both = await asyncio.gather(*(call("POST", f"{path}/command", bronze, subject="nia", version=2) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 412]
    assert (await call("GET", path, subject="bo")).status_code == 200
    ended = await call("POST", f"{path}/command", {**bronze, "subject": None}, subject="nia", version=3)
    assert sum(row["until_at"] is None for row in ended.json()["command"]) == 2


async def test_the_decision_log_only_grows(call: Any, path: str, database: asyncpg.Connection) -> None:
    assert (await call("POST", f"{path}/decisions", {**DECISION, "corrects": 1})).status_code == 422
    assert (await call("POST", f"{path}/decisions", DECISION)).json()["number"] == 1
    await call("POST", f"{path}/decisions", {**DECISION, "decision": "a cordon", "corrects": 1}, subject="sia")
    first, second = (await call("GET", f"{path}/decisions")).json()["items"]
    assert (first["decision"], first["corrected_by"], second["corrects"]) == ("no cordon", [2], 1)
    assert [first["decided_by"], second["decided_by"]] == ["ana", "sia"]
    page = (await call("GET", f"{path}/decisions?limit=1")).json()
    assert (await call("GET", f"{path}/decisions?after={page['next']}")).json()["items"] == [second]
    for change in ("update critical_decisions set number = 9", "delete from critical_decisions"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.execute(change)


async def test_lists_are_of_who_has_a_part(call: Any, path: str) -> None:
    async def ids(**who: Any) -> int:
        return len((await call("GET", f"{PATH}?area=XK.PRI&state=declared", **who)).json()["items"])

    assert [await ids(), await ids(subject="gil"), await ids(as_=["supervisor@XK"], subject="x")] == [1, 1, 1]
    others = (["officer@XK"], ["admin@XK"], ["oversight@XK"], ["supervisor@AL"], ["partner@XK"], ["advisor@XK"])
    assert [await ids(as_=grants, subject="x") for grants in others] == [0] * 6


async def test_a_review_overdue_is_told_once_however_often_the_clock_looks(
    call: Any, path: str, settings: ServiceSettings, database: asyncpg.Connection
) -> None:
    kit = Database(settings)

    async def look(days: float) -> None:
        async with kit.sessions.begin() as session:
            await remind_of_reviews(session, CLOCK, NOW + timedelta(days=days))

    async def told() -> int:
        query = "select count(*) from events where type like '%.critical_incident.review_overdue.%'"
        count: int = await database.fetchval(query)
        return count

    await look(0.9)
    assert await told() == 0
    await asyncio.gather(*(look(1.1) for _ in range(3)))
    await look(1.2)
    assert await told() == 1
    (task,) = (await call("GET", "/v1/tasks", as_=["supervisor@XK"])).json()["items"]
    assert (task["kind"], path.endswith(task["about_id"])) == ("review_community_impact", True)
    await call("POST", f"{path}/impacts", impact(7))
    await look(2)
    assert await told() == 1
    await look(8)
    assert await told() == 2
    await kit.close()
