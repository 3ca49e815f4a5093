"""Triage, its clock, and escalation with its trail. Rules F14, F15."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.kit.timers import WorkerContext
from services.forum.concerns.rules import ENDED, WAITING, ConcernState
from services.forum.forums.rules import ForumKind
from services.forum.triage.commands import notice_overdue
from services.forum.triage.rules import NEXT, Receiver, move_obstacle, receiver
from tests.forum.conftest import NOW, Api, World

CONCERN = {"category": "road_safety", "text": "Cars race past the school"}
ANSWER = {"outcome": "answered", "words": "Bumps were built in March.", "organisation": "Public works"}
BOARD = {"area": "XK.PRI.DARDANIA", "kind": "community_advisory_board", "name": "Board"}
GROUP = {"area": "XK", "kind": "core_implementation_group", "name": "Core group"}
SEAT = {"name": "Besa Gashi", "sector": "resident", "term_start": "2025-01-01"}


async def board(api: Api) -> tuple[str, str]:
    """A neighbourhood's board and a seat in it."""
    forum = (await api.ok("POST", "/forums", BOARD))["id"]
    return forum, (await api.ok("POST", f"/forums/{forum}/members", SEAT))["id"]


async def raised(api: Api, forum: str, seat: str) -> str:
    return str((await api.ok("POST", f"/forums/{forum}/concerns", CONCERN | {"member_id": seat}))["id"])


@pytest.mark.pure
@given(st.lists(st.sampled_from(ConcernState), max_size=12))
def test_an_ended_concern_stays_so_and_none_is_raised_again(wanted: list[ConcernState]) -> None:
    """Rule F14."""
    state, ended = ConcernState.RAISED, False
    for target in wanted:
        if move_obstacle(state, target) is None:
            assert not ended
            assert target is not ConcernState.RAISED
            state = target
            ended = state in ENDED
    assert set(NEXT) == set(ConcernState)


@pytest.mark.pure
def test_from_every_state_that_waits_every_outcome_can_be_reached() -> None:
    """Rule F14."""
    assert all(NEXT[state] == frozenset(ConcernState) - {ConcernState.RAISED} for state in WAITING)


@pytest.mark.pure
@given(st.lists(st.tuples(st.uuids(), st.sampled_from(ForumKind)), max_size=6), st.none() | st.uuids())
def test_who_receives_is_a_forum_of_the_area_above(rows: list[tuple[Any, ForumKind]], asked: Any) -> None:
    """Rule F15."""
    above = [Receiver(*row) for row in rows]
    found = receiver(above, asked)
    assert found is None or found in {forum.forum_id for forum in above}
    assert asked is None or found in {None, asked}


async def test_an_escalated_concern_goes_up_two_tiers_and_its_answer_comes_back(world: World) -> None:
    """Rule F15."""
    api = world.api
    forum, seat = await board(api)
    concern = await raised(api, forum, seat)
    path = f"/concerns/{concern}"
    up = {"words": "The road belongs to the municipality."}
    moved = await api.ok("POST", f"{path}/escalate", up, as_="council@XK.PRI.DARDANIA")
    assert (moved["state"], moved["forum_id"], moved["area"]) == ("escalated", world.forum, "XK.PRI.DARDANIA")
    refused = await api("POST", f"{path}/triage", ANSWER, as_="council@XK.PRI.DARDANIA")
    assert refused.status_code == 403
    refused = await api("POST", f"{path}/escalate", up, as_="council@XK.PRI")
    assert (refused.status_code, "XK, the area above XK.PRI" in refused.json()["unmet"][0]) == (422, True)
    group = (await api.ok("POST", "/forums", GROUP))["id"]
    await api.ok("POST", f"{path}/escalate", {"words": "It is a national road."}, as_="council@XK.PRI")
    refused = await api("POST", f"{path}/escalate", up)
    assert (refused.json()["code"], "no tier lies above" in refused.json()["unmet"][0]) == ("not-escalatable", True)
    await api.ok("POST", f"{path}/triage", ANSWER)
    steps = await api.ok("GET", f"{path}/steps", as_="forum_member@XK.PRI.DARDANIA")
    assert [(step["kind"], step["forum"], step["to_forum"]) for step in steps] == [
        ("raised", "Board", None), ("escalated", "Board", "Council"), ("escalated", "Council", "Core group"),
        ("answered", "Core group", None),
    ]  # fmt: skip
    queued = await api.db.fetch(
        "select forum_id::text, title, public from agenda_entries where kind = 'concern' order by id"
    )
    assert [row["forum_id"] for row in queued] == [world.forum, group, world.forum, forum]
    assert not any(row["public"] for row in queued)
    kinds = [event["type"].split(".")[-2] for event in await api.events() if ".concern." in event["type"]]
    assert kinds == ["raised", "triaged", "escalated", "triaged", "escalated", "triaged", "answered"]
    for stranger in ("council@XK.PEC", "council@XK.PRI.OTHER", None):
        assert (await api("GET", path, as_=stranger)).status_code == 404


async def test_a_forum_named_to_receive_must_be_of_the_area_above(world: World) -> None:
    forum, seat = await board(world.api)
    concern = await raised(world.api, forum, seat)
    for asked, status in ((forum, 422), (world.forum, 200)):
        body = {"words": "w", "to_forum_id": asked}
        assert (await world.api("POST", f"/concerns/{concern}/escalate", body)).status_code == status


async def test_of_two_triages_at_once_one_counts(world: World) -> None:
    concern = await raised(world.api, world.forum, world.member)
    answers = await asyncio.gather(
        *(world.api("POST", f"/concerns/{concern}/triage", ANSWER, version=version) for version in (1, 1, "*", "*"))
    )
    assert sorted(answer.status_code for answer in answers) in ([200, 409, 409, 412], [200, 409, 412, 412])
    assert await world.api.db.fetchval("select count(*) from concern_steps") == 2
    kinds = [event["type"].split(".")[-2] for event in await world.api.events() if ".concern." in event["type"]]
    assert kinds == ["raised", "triaged", "answered"]


async def overdue_events(api: Api) -> int:
    return len([event for event in await api.events() if event["type"].endswith("concern.overdue.v1")])


async def test_the_clock_reminds_once_and_the_advisory_goes_with_its_cause(world: World) -> None:
    """Rule F14: triage within the forum's agreed days."""
    api = world.api
    await api.ok("PATCH", f"/forums/{world.forum}", {"triage_days": 10})
    concerns = [await raised(api, world.forum, world.member) for _ in range(2)]
    now = [NOW + timedelta(days=10)]
    state = api.http._transport.app.state  # type: ignore[attr-defined]  # the application that the client calls
    context = WorkerContext(state.database, state.settings, lambda: now[0])
    await notice_overdue(context)
    assert await overdue_events(api) == 0
    now[0] += timedelta(seconds=1)
    await asyncio.gather(*(notice_overdue(context) for _ in range(4)))
    await notice_overdue(context)
    assert await overdue_events(api) == 2

    async def advisories() -> list[Any]:
        found = await api.ok("GET", f"/forums/{world.forum}/advisories", state="open")
        return [advisory for advisory in found["items"] if advisory["rule"] == "F14"]

    (advisory,) = await advisories()
    assert (advisory["code"], advisory["rule"], advisory["text"][:15]) == ("concerns-overdue", "F14", "2 concerns wait")
    await api.ok("POST", f"/concerns/{concerns[0]}/triage", ANSWER)
    assert (await advisories())[0]["text"].startswith("1 concern waits")
    await api.ok("POST", f"/concerns/{concerns[1]}/triage", ANSWER)
    assert await advisories() == []
