"""Writing through the schema: one command of the owner each, with the caller's rights and the owner's refusals."""

from collections.abc import Callable

import pytest

from tests.gateway.country import Country

PLAN = """mutation Plan($input: PlanMeetingInput!) { planMeeting(input: $input) {
    id state topics { title } forum { id } advisories { code rule } } }"""
CLOSE = "mutation Close($input: CloseDecisionInput!) { closeDecision(input: $input) { state overdue evidence } }"
FIND = """{ area(code: "XK.PRI") { forums(below: false) { edges { node { id } } }
    openDecisions { edges { node { id version state } } } meetings(first: 50) { edges { node { id } } } } }"""


async def find(country: Country, token: str | None = None) -> dict[str, list[dict[str, object]]]:
    area = (await country.ask(FIND, token))["data"]["area"]
    return {name: [edge["node"] for edge in connection["edges"]] for name, connection in area.items()}


async def test_a_meeting_is_planned_once_per_key(country: Country, tokens: Callable[..., str]) -> None:
    """F7: sent twice with one key, there is one meeting."""
    council = tokens("council@XK.PRI")
    before = await find(country, council)
    meeting = {
        "forum": before["forums"][0]["id"],
        "purpose": "PROBLEM_SOLVING",
        "startsAt": "2026-12-01T18:00:00+00:00",
        "topics": [{"title": "Bars at night", "sensitive": True}],
        "key": "plan-1",
    }
    answers = [await country.ask(PLAN, council, input=meeting) for _ in range(2)]
    assert answers[0] == answers[1]
    planned = answers[0]["data"]["planMeeting"]
    assert planned["state"] == "planned"
    assert "F7" in {advisory["rule"] for advisory in planned["advisories"]}
    assert len((await find(country, council))["meetings"]) == len(before["meetings"]) + 1


@pytest.mark.parametrize("grant", [None, "council@XK.PEC", "forum_member@XK.PRI", "core_group@XK", "officer@XK"])
async def test_who_may_not_plan_plans_nothing(country: Country, tokens: Callable[..., str], grant: str | None) -> None:
    """G2: the owner decides, and the refused meeting is not there."""
    before = await find(country, country.admin)
    meeting = {"forum": before["forums"][0]["id"], "purpose": "ACCOUNTABILITY", "startsAt": "2026-12-01T18:00:00Z"}
    answer = await country.ask(PLAN, tokens(grant) if grant else None, expect=None, input=meeting)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] in {"forbidden", "not-found", "unauthenticated"}
    assert await find(country, country.admin) == before


async def test_a_decision_is_closed_with_evidence(country: Country, tokens: Callable[..., str]) -> None:
    """F13: without evidence the owner's refusal says what is missing; a stale version closes nothing."""
    council = tokens("council@XK.PRI")
    [decision] = (await find(country, council))["openDecisions"]
    closing = {"decision": decision["id"], "version": decision["version"], "outcome": "DELIVERED"}
    refused = await country.ask(CLOSE, council, input=closing)
    assert refused["errors"][0]["extensions"]["rule"] == "F13"
    assert any("evidence" in unmet for unmet in refused["errors"][0]["extensions"]["unmet"])
    stale = await country.ask(CLOSE, council, input=closing | {"version": 77, "evidence": "Photo"})
    assert stale["errors"][0]["extensions"]["code"] == "stale"
    done = await country.ask(CLOSE, council, input=closing | {"evidence": "Photo of the lamps"})
    assert done["data"]["closeDecision"]["state"] == "delivered"
    assert (await find(country, council))["openDecisions"] == []


@pytest.mark.parametrize("key", ["one\r\nAuthorization: Bearer two", "", "ë", "x" * 201])
async def test_a_key_that_is_no_header_is_refused(country: Country, key: str) -> None:
    before = await find(country, country.admin)
    meeting = {"forum": before["forums"][0]["id"], "purpose": "ACCOUNTABILITY", "startsAt": "2026-12-01T18:00:00Z"}
    answer = await country.ask(PLAN, country.admin, input=meeting | {"key": key})
    assert answer["errors"][0]["extensions"]["code"] == "invalid"
    assert "'key' is 1 to 200 printable ASCII characters" in answer["errors"][0]["message"]
    assert await find(country, country.admin) == before


async def test_an_id_of_another_kind_is_refused(country: Country) -> None:
    area = (await country.ask('{ area(code: "XK.PRI") { id } }'))["data"]["area"]["id"]
    meeting = {"forum": area, "purpose": "ACCOUNTABILITY", "startsAt": "2026-12-01T18:00:00Z"}
    answer = await country.ask(PLAN, country.admin, input=meeting)
    assert answer["errors"][0]["extensions"]["code"] == "invalid"
    assert "Forum" in answer["errors"][0]["message"]
