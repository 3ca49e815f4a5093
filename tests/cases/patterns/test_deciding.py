"""Rule C3: a proposal is accepted, merged or dismissed with a reason, and lapses when it is significant no more."""

import random
from typing import Any

import asyncpg
import pytest

from tests.cases.conftest import Call
from tests.cases.patterns.conftest import Record, Scan
from tests.cases.patterns.test_scanning import PLACES, burst, numbered, quiet, report

SUPERVISOR = ["supervisor@XK.PRI"]


@pytest.fixture
async def proposal(record: Record, scan: Scan, call: Call) -> dict[str, Any]:
    """A pattern that was planted and found."""
    await record(quiet(random.Random(5)) + burst(7, 14))
    await scan()
    (found,) = (await call("GET", "/v1/patterns")).json()["items"]
    return dict(found)


async def test_accepting_opens_a_case(proposal: dict[str, Any], call: Call, database: asyncpg.Connection) -> None:
    path = f"/v1/patterns/{proposal['id']}"
    answer = await call("POST", f"{path}/accept", {}, version=proposal["version"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "accepted"
    problem = (await call("GET", f"/v1/problems/{answer.json()['problem_id']}")).json()
    assert (problem["phase"], problem["category"], problem["team"]) == ("scanning", "0801", ["ana"])
    said = problem["statement"]["similarity"]
    assert ("were to be expected" in said, "any" in said) == (True, False)
    linked = (await call("GET", f"/v1/problems/{problem['id']}/incidents")).json()["items"]
    assert {item["incident_id"] for item in linked} == set(answer.json()["incidents"])
    again = await call("POST", f"{path}/accept", {}, version=answer.json()["version"])
    assert (again.status_code, again.json()["code"]) == (409, "decided")
    told = await database.fetchval("select data from events where type like '%.pattern.decided.v1'")
    assert (told["outcome"], told["problem_id"]) == ("accepted", problem["id"])


async def test_a_case_is_shown_to_those_who_may_know_of_it(proposal: dict[str, Any], call: Call) -> None:
    """Rule C14: that a pattern became a case, every officer sees; which one, those with a part in it."""
    path = f"/v1/patterns/{proposal['id']}"
    await call("POST", f"{path}/accept", {}, version=1)
    assert (await call("GET", path, subject="ben")).json()["problem_id"] is None
    assert (await call("GET", path, as_=SUPERVISOR, subject="sue")).json()["problem_id"] is not None


async def test_merging_joins_a_case_of_mine(proposal: dict[str, Any], call: Call) -> None:
    body = {"area": "XK.PRI.DARDANIA", "title": "Main Street at night"}
    mine = (await call("POST", "/v1/problems", body)).json()
    path = f"/v1/patterns/{proposal['id']}/merge"
    other = await call("POST", path, {"problem_id": mine["id"]}, version=1, subject="ben")
    assert other.status_code == 404
    merged = (await call("POST", path, {"problem_id": mine["id"]}, version=1)).json()
    assert (merged["state"], merged["problem_id"]) == ("merged", mine["id"])
    linked = (await call("GET", f"/v1/problems/{mine['id']}/incidents")).json()["items"]
    assert {item["incident_id"] for item in linked} == set(merged["incidents"])


async def test_dismissing_is_for_supervisors_and_needs_a_reason(proposal: dict[str, Any], call: Call) -> None:
    path = f"/v1/patterns/{proposal['id']}/dismiss"
    assert (await call("POST", path, {"reason": "The fair"}, version=1)).status_code == 403
    assert (await call("POST", path, {}, as_=SUPERVISOR, version=1)).status_code == 422
    assert (await call("POST", path, {"reason": "The fair"}, as_=SUPERVISOR)).status_code == 428
    dismissed = (await call("POST", path, {"reason": "The fair"}, as_=SUPERVISOR, version=1)).json()
    assert (dismissed["state"], dismissed["reason"]) == ("dismissed", "The fair")


async def test_dismissed_it_comes_back_only_with_new_incidents(
    proposal: dict[str, Any], record: Record, scan: Scan, call: Call
) -> None:
    """Rule C3: not for the same evidence."""
    await call("POST", f"/v1/patterns/{proposal['id']}/dismiss", {"reason": "The fair"}, as_=SUPERVISOR, version=1)
    await record(burst(7, 4, "four"))
    await scan()
    assert (await call("GET", "/v1/patterns?state=open")).json()["items"] == []
    await record(burst(7, 1, "fifth"))
    await scan()
    (back,) = (await call("GET", "/v1/patterns?state=open")).json()["items"]
    assert back["id"] != proposal["id"]
    assert back["observed"] > proposal["observed"]


async def test_what_is_worked_on_is_not_proposed_again(
    proposal: dict[str, Any], record: Record, scan: Scan, call: Call, database: asyncpg.Connection
) -> None:
    accepted = (await call("POST", f"/v1/patterns/{proposal['id']}/accept", {}, version=1)).json()
    await record(burst(7, 9, "more"))
    await scan()
    assert (await call("GET", "/v1/patterns?state=open")).json()["items"] == []
    await database.execute("update pattern_proposals set case_open = false")  # its case was closed
    await record(burst(7, 1, "then"))
    await scan()
    (again,) = (await call("GET", "/v1/patterns?state=open")).json()["items"]
    assert again["id"] != accepted["id"]


async def test_its_case_closed_or_taken_up_again_is_noted(
    proposal: dict[str, Any], call: Call, database: asyncpg.Connection
) -> None:
    """By a reaction, in the transaction of the step."""
    accepted = (await call("POST", f"/v1/patterns/{proposal['id']}/accept", {}, version=1)).json()
    await database.execute("update pattern_proposals set case_open = false")
    problem = await call("GET", f"/v1/problems/{accepted['problem_id']}")
    text = {"similarity": "a", "harm": "b", "expectation": "c"}
    talk = {"group": "residents", "method": "street briefing", "held_on": "2026-03-01", "finding": "noise"}
    whole = problem.json()
    changed = await call("PATCH", f"/v1/problems/{whole['id']}", {"statement": text, "consultations": [talk]},
                         version=whole["version"])  # fmt: skip
    assert changed.status_code == 200, changed.text
    moved = await call("POST", f"/v1/problems/{whole['id']}/move", {"to": "analysis"}, version=whole["version"] + 1)
    assert moved.status_code == 200, moved.text
    assert await database.fetchval("select case_open from pattern_proposals")


async def test_what_is_significant_no_more_lapses(
    proposal: dict[str, Any], record: Record, scan: Scan, call: Call, database: asyncpg.Connection
) -> None:
    """Rule C3: when the whole municipality has it; and what stands keeps its id until then."""
    await record(burst(7, 3, "late"))
    await scan()
    (standing,) = (await call("GET", "/v1/patterns?state=open")).json()["items"]
    assert standing["id"] == proposal["id"]
    assert standing["observed"] == proposal["observed"] + 3
    assert standing["version"] == proposal["version"] + 1
    later = [report(*PLACES[nth % 40], f"2026-03-06T19:{nth % 60:02}:00Z") for nth in range(800)]
    await record(numbered(later, "everywhere"))
    await scan()
    assert (await call("GET", f"/v1/patterns/{proposal['id']}")).json()["state"] == "lapsed"
    assert await database.fetchval("select count(*) from events where type like '%.pattern.lapsed.v1'") == 1


async def test_who_sees_it(proposal: dict[str, Any], call: Call, subtests: pytest.Subtests) -> None:
    path = f"/v1/patterns/{proposal['id']}"
    nobody: list[list[str]] = [
        ["officer@XK.PEC"],
        ["officer@XK.PRI.ULPIANA"],
        ["admin@XK"],
        ["council@XK", "forum_member@XK", "core_group@XK", "advisor@XK", "evaluator@XK", "oversight@XK"],
        [],
    ]
    for grants in nobody:
        with subtests.test(str(grants)):
            assert (await call("GET", path, as_=grants)).status_code == 404
            assert (await call("GET", "/v1/patterns", as_=grants)).json()["items"] == []
            assert (await call("POST", f"{path}/accept", {}, as_=grants, version=1)).status_code == 404
            assert (await call("GET", "/v1/patterns/repeat-places", as_=grants)).json()["items"] == []
    for grant in ("officer@XK.PRI.DARDANIA", "supervisor@XK"):
        with subtests.test(grant):
            assert (await call("GET", path, as_=[grant])).status_code == 200
            assert len((await call("GET", "/v1/patterns", as_=[grant])).json()["items"]) == 1
            assert (await call("GET", "/v1/patterns/repeat-places", as_=[grant])).json()["items"]
    assert (await call("POST", f"{path}/accept", {}, as_=["officer@XK.PRI.DARDANIA"], version=1)).status_code == 200
