"""Decisions followed from the meeting that made them to their end. Rules F12, F13, F15, F20."""

import asyncio
from typing import Any

import pytest

from tests.forum.conftest import COUNCIL, DECISION, Api, World, hold
from tests.forum.test_agenda import agenda, plan

LATER = "2026-03-10T17:00:00Z"


async def record(api: Api, meeting: str, **more: Any) -> str:
    return str((await api.ok("POST", f"/meetings/{meeting}/decisions", DECISION | more))["id"])


async def test_rule_f13_which_meeting_decided_this_is_answered_from_the_decision(world: World) -> None:
    api = world.api
    await api.ok("POST", f"/decisions/{world.decision}/notes", {"text": "Half the lamps are lit"})
    await api.ok("POST", f"/decisions/{world.decision}/notes", {"text": "The firm is slow", "internal": True})
    closing = {"outcome": "delivered", "evidence": "All lit", "ended_on": "2026-03-12"}
    await api.ok("POST", f"/decisions/{world.decision}/close", closing)
    found = await api.ok("GET", f"/decisions/{world.decision}", as_=None)
    assert (found["meeting"]["id"], found["meeting"]["held_at"][:10]) == (world.held, "2026-02-01")
    assert found["agenda_item"] == "Lamps"
    assert [(step["kind"], step["text"]) for step in found["history"]] == [
        ("recorded", None),
        ("progress", "Half the lamps are lit"),
        ("ended", "All lit"),
    ]
    inside = await api.ok("GET", f"/decisions/{world.decision}", as_="forum_member@XK.PRI")
    assert [step["text"] for step in inside["history"]].count("The firm is slow") == 1
    assert (await api("POST", f"/decisions/{world.decision}/notes", {"text": "x"})).status_code == 409


async def test_rule_f13_a_due_date_moves_by_a_meeting_or_for_a_reason(world: World) -> None:
    api, path = world.api, f"/decisions/{world.decision}/due-date"
    before = await api.fingerprint()
    for body, unmet in (
        ({"due_on": "2026-04-01"}, 2),
        ({"due_on": "2026-01-01"}, 2),
        ({"due_on": "2026-05-01", "meeting_id": world.held}, 1),
        ({"due_on": "2026-05-01", "meeting_id": world.planned, "reason": "Snow"}, 1),
    ):
        refused = await api("POST", path, body)
        assert (refused.status_code, refused.json()["code"], len(refused.json()["unmet"])) == (
            422,
            "not-movable",
            unmet,
        )
    assert await api.fingerprint() == before
    assert (await api("POST", path, {"due_on": "2026-05-01", "reason": "Snow"}, version=9)).status_code == 412
    await api.ok("POST", path, {"due_on": "2026-05-01", "reason": "Snow"}, version=1)
    moved = await api.ok("POST", path, {"due_on": "2026-03-01", "meeting_id": world.closed_held}, version=2)
    assert (moved["due_on"], moved["overdue"]) == ("2026-03-01", True)
    event = [event for event in await api.events() if event["type"].endswith("forum.decision.due_moved.v1")][-1]
    assert (event["data"]["previous"], event["data"]["due_on"]) == ("2026-05-01", "2026-03-01")
    assert ("overdue_decision", "Repair the lamps") in await agenda(api, world.planned)
    # that a closed meeting moved it shows through nothing
    public = await api.ok("GET", f"/decisions/{world.decision}", as_=None)
    assert [(s["due_from"], s["due_to"], s["meeting_id"]) for s in public["history"] if s["kind"] == "due_moved"] == [
        ("2026-04-01", "2026-05-01", None),
        ("2026-05-01", "2026-03-01", None),
    ]


async def test_rule_f13_only_a_later_meeting_decides_anew(world: World) -> None:
    api = world.api
    later = await hold(api, world.forum, world.chair, LATER)
    for meeting, body, unmet in (
        (world.held, {"supersedes": world.decision}, 1),
        (later, {"supersedes": world.decision, "closed": True}, 1),
    ):
        refused = await api("POST", f"/meetings/{meeting}/decisions", DECISION | body)
        assert (refused.status_code, len(refused.json()["unmet"])) == (422, unmet)
    anew = await record(api, later, supersedes=world.decision, text="Replace the lamps")
    old = await api.ok("GET", f"/decisions/{world.decision}", as_=None)
    assert (old["state"], old["superseded_by"], old["ended_on"]) == ("withdrawn", anew, "2026-03-10")
    assert [step["kind"] for step in old["history"]] == ["recorded", "superseded", "ended"]
    assert (await api.ok("GET", f"/decisions/{anew}", as_=None))["supersedes"] == world.decision
    kinds = [event["type"].split(".")[-2] for event in (await api.events())[-3:]]
    assert kinds == ["recorded", "superseded", "closed"]
    assert (
        await api("POST", f"/meetings/{later}/decisions", DECISION | {"supersedes": world.decision})
    ).status_code == 422
    hidden = await record(api, later, supersedes=world.closed_decision, text="Now in the open")
    assert (await api.ok("GET", f"/decisions/{hidden}", as_=None))["supersedes"] is None
    assert (await api.ok("GET", f"/decisions/{hidden}"))["supersedes"] == world.closed_decision


async def test_of_two_that_supersede_at_once_one_does(world: World) -> None:
    api = world.api
    later = await hold(api, world.forum, world.chair, LATER)
    last = await hold(api, world.forum, world.chair, "2026-03-12T17:00:00Z")
    body = DECISION | {"supersedes": world.decision}
    answers = await asyncio.gather(*(api("POST", f"/meetings/{each}/decisions", body) for each in (later, last)))
    assert sorted(answer.status_code for answer in answers) == [201, 422]


async def test_rule_f12_words_are_mended_until_the_minutes_are_published(world: World) -> None:
    api = world.api
    decision = await record(api, world.closed_held, dissent=[{"words": "Ana Krasniqi said no", "group": "Roma"}])
    path = f"/decisions/{decision}"
    mended = await api.ok("PATCH", path, {"dissent": [{"words": "No", "group": "Roma"}], "text": "Mended"}, version=1)
    assert (mended["text"], mended["dissent"][0]["words"], mended["version"]) == ("Mended", "No", 2)
    assert (await api("PATCH", path, {"dissent": []})).status_code == 422
    assert (await api("PATCH", path, {"text": "x"}, version=1)).status_code == 412
    assert ("open_decision", "Mended") in await agenda(api, world.planned)


async def test_rule_f15_a_decision_cascades_to_the_forums_below_once(world: World) -> None:
    api = world.api
    below = {"area": "XK.PRI.DARDANIA", "kind": "community_advisory_board", "name": "Board"}
    board = (await api.ok("POST", "/forums", below))["id"]
    elsewhere = (await api.ok("POST", "/forums", COUNCIL | {"area": "XK.PEC"}))["id"]
    for more in ({"closed": True}, {}):
        meeting = world.held if more else world.closed_held
        refused = await api("POST", f"/meetings/{meeting}/decisions", DECISION | {"cascades": True} | more)
        assert (refused.status_code, len(refused.json()["unmet"])) == (422, 1)
    decision = await record(api, world.held, cascades=True, text="Light every street")
    event = (await api.events())[-1]
    assert (event["type"], event["data"]["forums"]) == ("org.beatbook.forum.decision.cascaded.v1", 1)
    planned = await plan(api, board, "2026-04-01T17:00:00Z")
    assert ("cascaded_decision", "Light every street") in await agenda(api, planned, as_=None)
    other = await plan(api, elsewhere, "2026-04-01T17:00:00Z")
    assert await agenda(api, other) == [("topic", "Lamps")]
    await api.ok("PATCH", f"/decisions/{decision}", {"text": "Light all streets"})
    assert ("cascaded_decision", "Light all streets") in await agenda(api, planned, as_=None)


async def test_rule_f13_the_delivery_rate_is_public_and_tells_of_nothing_closed(world: World) -> None:
    api = world.api
    for due, closing in (
        ("2026-03-01", {"outcome": "delivered", "evidence": "e", "ended_on": "2026-02-20"}),
        ("2026-03-01", {"outcome": "delivered", "evidence": "e", "ended_on": "2026-03-02"}),
        (None, {"outcome": "delivered", "evidence": "e"}),
        ("2026-03-01", {"outcome": "declined", "reason": "r", "alternative": "a"}),
        ("2026-03-01", {"outcome": "withdrawn", "reason": "r"}),
        ("2026-03-01", None),
    ):
        decision = await record(api, world.held, due_on=due)
        if closing:
            await api.ok("POST", f"/decisions/{decision}/close", closing)
    await record(api, world.held, kind="information", due_on="2026-02-02")
    await record(api, world.held, closed=True, due_on="2026-02-02")
    for path in (f"/forums/{world.forum}/delivery", "/areas/XK.PRI/delivery", "/areas/XK/delivery"):
        for caller in (None, "admin@XK"):
            assert await api.ok("GET", path, as_=caller) == {
                "decided": 7, "open": 2, "overdue": 1, "delivered_on_time": 1, "delivered_late": 1,
                "delivered_undated": 1, "declined": 1, "withdrawn": 1, "due": 4,
                "delivery_rate": pytest.approx(0.5), "on_time_rate": pytest.approx(0.25),
            }  # fmt: skip
    nothing = await api.ok("GET", "/areas/XK.PEC/delivery", as_=None)
    assert (nothing["decided"], nothing["delivery_rate"]) == (0, None)
    assert (await api("GET", "/areas/XK.NOWHERE/delivery", as_=None)).status_code == 404
