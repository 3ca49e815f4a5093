"""Decisions over HTTP. Rules F12, F13."""

import pytest

from tests.forum.conftest import DECISION, World

VOTE = DECISION | {"method": "vote", "votes": {"for": 5, "against": 2, "abstained": 1}}
DISSENT = {"dissent": [{"words": "It is our street", "group": "Roma"}], "affected_groups": ["Roma"]}


async def test_a_decision_from_its_record_to_its_delivery(world: World) -> None:
    api = world.api
    made = await api("POST", f"/meetings/{world.held}/decisions", VOTE, as_="council@XK.PRI", version=None)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    decision = made.json()
    assert decision == decision | {
        "votes": VOTE["votes"],
        "state": "open",
        "overdue": False,
        "decided_on": "2026-02-01",
    }
    closing = {"outcome": "delivered", "evidence": "All lamps lit", "ended_on": "2026-03-10"}
    closed = await api.ok("POST", f"/decisions/{decision['id']}/close", closing, version=1)
    assert closed == closed | {"state": "delivered", "on_time": True, "ended_on": "2026-03-10", "version": 2}
    assert (await api("POST", f"/decisions/{decision['id']}/close", closing)).status_code == 409
    event = (await api.events())[-1]["data"]
    assert (event["outcome"], event["on_time"], event["ended_on"]) == ("delivered", True, "2026-03-10")


NOT_RECORDABLE = [
    VOTE | {"votes": None},
    VOTE | {"votes": {"for": 2, "against": 2}},
    DECISION | {"votes": {"for": 2, "against": 1}},
    VOTE | DISSENT,
    DECISION | {"due_on": "2026-01-31"},
]


async def test_what_does_not_hold_is_not_recorded(world: World, subtests: pytest.Subtests) -> None:
    for body in NOT_RECORDABLE:
        with subtests.test(f"body={body!s:.60}"):
            before = await world.api.fingerprint()
            refused = await world.api("POST", f"/meetings/{world.held}/decisions", body)
            assert (refused.status_code, refused.json()["code"], len(refused.json()["unmet"])) == (
                422,
                "not-recordable",
                1,
            )
            assert await world.api.fingerprint() == before


async def test_over_dissent_with_the_chair_s_statement_is_an_advisory(world: World) -> None:
    body = VOTE | DISSENT | {"chair_statement": "The road is dangerous for all."}
    decision = await world.api.ok("POST", f"/meetings/{world.held}/decisions", body)
    assert [advisory["code"] for advisory in decision["advisories"]] == ["affected-group-overruled"]


async def test_nothing_is_decided_before_a_meeting_is_held(world: World) -> None:
    before = await world.api.fingerprint()
    assert (await world.api("POST", f"/meetings/{world.planned}/decisions", DECISION)).status_code == 409
    assert await world.api.fingerprint() == before


NOT_CLOSABLE = [
    {"outcome": "delivered"},
    {"outcome": "declined", "reason": "No money"},
    {"outcome": "declined", "alternative": "Next year"},
    {"outcome": "withdrawn"},
    {"outcome": "delivered", "evidence": "e", "ended_on": "2026-03-16"},
    {"outcome": "delivered", "evidence": "e", "ended_on": "2026-01-31"},
]


async def test_an_end_says_what_came_of_it(world: World, subtests: pytest.Subtests) -> None:
    for closing in NOT_CLOSABLE:
        with subtests.test(f"closing={closing!s:.60}"):
            before = await world.api.fingerprint()
            refused = await world.api("POST", f"/decisions/{world.decision}/close", closing)
            assert (refused.status_code, refused.json()["code"], len(refused.json()["unmet"])) == (
                422,
                "not-closable",
                1,
            )
            assert await world.api.fingerprint() == before


async def test_decisions_are_found_by_how_they_stand(world: World) -> None:
    api = world.api
    late = (await api.ok("POST", f"/meetings/{world.held}/decisions", DECISION | {"due_on": "2026-03-14"}))["id"]
    today = (await api.ok("POST", f"/meetings/{world.held}/decisions", DECISION | {"due_on": "2026-03-15"}))["id"]
    done = (await api.ok("POST", f"/meetings/{world.held}/decisions", DECISION))["id"]
    await api.ok("POST", f"/decisions/{done}/close", {"outcome": "withdrawn", "reason": "r"})

    async def found(**query: str) -> list[str]:
        return [item["id"] for item in (await api.ok("GET", "/decisions", as_=None, **query))["items"]]

    assert await found(state="overdue") == [late]
    assert await found(state="open") == [today, late, world.decision]
    assert await found(state="withdrawn", areas="XK.PRI") == [done]
    assert await found(meeting=world.held, area="XK") == [done, today, late, world.decision]
    assert await found(area="XK.PEC") == []
    assert (await api.ok("GET", f"/decisions/{late}", as_=None))["overdue"] is True
