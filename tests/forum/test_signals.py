"""Warning signals over HTTP and by the clock: raised, looked into, cleared, each once. Rule F17."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from beatbook.kit.timers import WorkerContext
from services.forum.signals import commands
from services.forum.signals.commands import assess_all
from services.forum.timers import TIMERS
from tests.forum.conftest import DECISION, NOW, Api, World, meeting

Council = tuple[Api, str, str, str]
POSTPONED = {"state": "postponed", "reason": "Nobody could come"}


async def told(api: Api) -> list[tuple[str, str]]:
    """The signals' events, as (verb, code)."""
    events = await api.db.fetch(
        "select type, data->>'code' as code from events where type like '%.signal.%' order by id"
    )
    return [(row["type"].split(".")[-2], row["code"]) for row in events]


async def held(api: Api, forum: str, day: str, **more: Any) -> str:
    planned = (await api.ok("POST", f"/forums/{forum}/meetings", meeting(f"2026-{day}T17:00:00Z")))["id"]
    await api.ok("POST", f"/meetings/{planned}/hold", {"held_at": f"2026-{day}T17:00:00Z", **more})
    return str(planned)


async def standing(api: Api, forum: str) -> dict[str, Any]:
    found = await api.ok("GET", f"/forums/{forum}/signals", state="standing")
    return {signal["code"]: signal for signal in found["items"]}


async def later(api: Api, worker: WorkerContext, days: int = 0) -> None:
    """Let it be so many days later, and the night's turn run."""
    api.now = NOW + timedelta(days=days)
    await assess_all(worker)


async def test_rule_f17_two_postponements_raise_a_signal_and_a_held_meeting_clears_it(council: Council) -> None:
    api, forum, *_ = council
    planned = (await api.ok("POST", f"/forums/{forum}/meetings", meeting("2026-03-10T17:00:00Z")))["id"]
    await api.ok("POST", f"/meetings/{planned}/call-off", POSTPONED)
    await api.ok("PATCH", f"/meetings/{planned}", {"starts_at": "2026-03-12T17:00:00Z"})
    assert await standing(api, forum) == {}
    await api.ok("POST", f"/meetings/{planned}/call-off", POSTPONED)
    signal = (await standing(api, forum))["postponed-twice"]
    assert (signal["raised_at"], signal["cleared_at"], signal["version"]) == ("2026-03-15T12:00:00Z", None, 1)
    assert [each["was_planned_for"] for each in signal["evidence"]["postponed"]] == ["2026-03-10", "2026-03-12"]
    assert len(signal["questions"]) == 3
    entry = await api.db.fetchrow("select kind, source_id::text, title, public from agenda_entries")
    assert (entry["kind"], entry["source_id"], entry["public"]) == ("warning", signal["id"], False)
    assert all(question in entry["title"] for question in signal["questions"])
    event = (await api.events())[-1]
    assert event["type"] == "org.beatbook.forum.signal.raised.v1"
    assert event["data"] == {
        "signal_id": signal["id"], "forum_id": forum, "area": "XK.PRI", "code": "postponed-twice",
    }  # fmt: skip
    await held(api, forum, "03-14")
    assert await standing(api, forum) == {}
    (cleared,) = (await api.ok("GET", f"/forums/{forum}/signals", state="cleared"))["items"]
    assert (cleared["id"], cleared["cleared_at"]) == (signal["id"], "2026-03-15T12:00:00Z")
    assert await told(api) == [("raised", "postponed-twice"), ("cleared", "postponed-twice")]
    assert await api.db.fetchval("select count(*) from agenda_entries") == 0


async def test_rule_f17_every_signal_from_what_the_api_records(council: Council, worker: WorkerContext) -> None:
    api, forum, chair, police = council
    scale = {"ranks": ["Constable", "Sergeant", "Captain"]}
    await api.ok("PUT", "/areas/XK/police-ranks", scale, version=0)
    both = [{"member_id": chair, "status": "present"}, {"member_id": police, "status": "present"}]
    away = [{"member_id": chair, "status": "present"}, {"member_id": police, "status": "absent"}]
    people = [{"sex": "female", "count": 10}, {"sex": "male", "count": 5}, {"minority_group": "Roma", "count": 3}]
    for day in ("01-01", "01-05", "01-09", "01-13"):
        await held(api, forum, day, attendance=both, public=people, highest_police_rank=" captain")
    assert await standing(api, forum) == {}
    hostile = {"climate": "hostile"}
    for day in ("02-01", "02-05", "02-09"):
        last = await held(
            api, forum, day, attendance=away, public=[{"sex": "male", "count": 2}], climate=hostile,
            highest_police_rank="Sergeant",
        )  # fmt: skip
    found = await standing(api, forum)
    assert set(found) == {"attendance-fell", "group-stopped-coming", "hostile-climate", "police-rank-fell"}
    assert found["attendance-fell"]["evidence"]["meetings"] == [
        {"meeting_id": last, "held_on": "2026-02-09", "attended": 3, "usual": 14.3, "public": True}
    ]
    groups = found["group-stopped-coming"]["evidence"]["groups"]
    assert [(group["kind"], group["group"], group["last_came_on"]) for group in groups] == [
        ("minority_group", "Roma", "2026-01-13"), ("sector", "police", "2026-01-13"), ("sex", "female", "2026-01-13"),
    ]  # fmt: skip
    assert found["police-rank-fell"]["evidence"]["usual_level"] == 3
    assert found["hostile-climate"]["evidence_as_of"] == "2026-03-15T12:00:00Z"
    decision = (await api.ok("POST", f"/meetings/{last}/decisions", DECISION | {"due_on": "2026-03-15"}))["id"]
    await later(api, worker, days=1)
    late = (await standing(api, forum))["decisions-overdue"]
    assert (late["evidence"], late["raised_at"]) == ({"open": 1, "overdue": 1}, "2026-03-16T12:00:00Z")
    await api.ok("POST", f"/decisions/{decision}/close", {"outcome": "withdrawn", "reason": "r"})
    assert "decisions-overdue" not in await standing(api, forum)
    for day in ("03-01", "03-05"):
        await held(api, forum, day, attendance=both, public=people, highest_police_rank="Captain")
    assert await standing(api, forum) == {}


async def test_rule_f17_ranks_that_a_country_orders_anew_are_read_anew(council: Council, worker: WorkerContext) -> None:
    api, forum, *_ = council
    for day, rank in (("01-01", "A"), ("01-05", "A"), ("01-09", "A"), ("02-01", "B"), ("02-05", "B")):
        await held(api, forum, day, highest_police_rank=rank)
    assert await standing(api, forum) == {}
    read = await api("GET", "/areas/XK.PRI.DARDANIA/police-ranks", as_=None)
    assert (read.json(), read.headers["ETag"]) == ({"country": "XK", "ranks": [], "version": 0}, '"0"')
    await api.ok("PUT", "/areas/XK/police-ranks", {"ranks": ["B", "A"]}, version=0)
    await later(api, worker)
    assert set(await standing(api, forum)) == {"police-rank-fell"}
    assert (await api("PUT", "/areas/XK/police-ranks", {"ranks": ["A", "B"]}, version=0)).status_code == 412
    await api.ok("PUT", "/areas/XK/police-ranks", {"ranks": ["A", "B"]}, version=1)
    await later(api, worker)
    assert await standing(api, forum) == {}
    for code, ranks, status in (("XK.PRI", ["A"], 422), ("XK.NO", ["A"], 404), ("XK", ["A", " a"], 422)):
        assert (await api("PUT", f"/areas/{code}/police-ranks", {"ranks": ranks})).status_code == status


async def overdue(world: World) -> None:
    """Let the decisions of the world be overdue from the day after NOW on."""
    await world.api.db.execute("update decisions set due_on = '2026-03-15'")


async def test_each_night_twice_and_at_once_by_two_workers_tell_it_once(world: World, worker: WorkerContext) -> None:
    api = world.api
    await overdue(world)
    await asyncio.gather(*(later(api, worker, days=1) for _ in range(4)))
    await later(api, worker, days=1)
    assert await told(api) == [("raised", "decisions-overdue")]
    before = await api.fingerprint()
    await later(api, worker, days=2)
    assert await api.fingerprint() == before
    await api.db.execute("update decisions set state = 'withdrawn'")
    await asyncio.gather(*(later(api, worker, days=2) for _ in range(4)))
    assert await told(api) == [("raised", "decisions-overdue"), ("cleared", "decisions-overdue")]


async def test_a_night_that_breaks_off_leaves_nothing_half_done(
    world: World, worker: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = world.api
    await overdue(world)
    before = await api.fingerprint()

    async def break_off(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(commands, "emit_many", break_off)
        with pytest.raises(ConnectionError):
            await later(api, worker, days=1)
    assert await api.fingerprint() == before
    await later(api, worker, days=1)
    assert await told(api) == [("raised", "decisions-overdue")]


async def test_a_night_goes_over_all_forums_turn_by_turn(
    world: World, worker: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "FORUMS_A_TURN", 2)
    monkeypatch.setattr(commands, "FORUMS_A_CHANGE", 1)
    api = world.api
    for name in "abcde":
        forum = (await api.ok("POST", "/forums", {"area": "XK.PEC", "kind": "community_safety_council", "name": name}))[
            "id"
        ]
        planned = [(await api.ok("POST", f"/forums/{forum}/meetings", meeting()))["id"] for _ in range(2)]
        for each in planned:
            await api.db.execute("insert into postponements values ($1, $2, $3)", each, NOW, forum)
    await later(api, worker)
    assert await told(api) == [("raised", "postponed-twice")] * 5


async def test_what_was_found_is_kept_and_clears_nothing(world: World, worker: WorkerContext) -> None:
    api = world.api
    await overdue(world)
    await later(api, worker, days=1)
    signal = (await standing(api, world.forum))["decisions-overdue"]
    path = f"/signals/{signal['id']}/acknowledge"
    said = {"finding": "The budget was cut"}
    assert (await api("POST", path, said, version=None)).status_code == 428
    assert (await api("POST", path, said, version=9)).status_code == 412
    assert (await api("POST", path, {"finding": " "}, version=1)).status_code == 422
    kept = await api("POST", path, said, as_="supervisor@XK.PRI", version=1)
    assert (kept.status_code, kept.headers["ETag"]) == (200, '"2"')
    assert kept.json() == signal | said | {
        "acknowledged_by": "a supervisor@XK.PRI", "acknowledged_at": "2026-03-16T12:00:00Z", "version": 2,
    }  # fmt: skip
    await later(api, worker, days=1)
    assert (await standing(api, world.forum))["decisions-overdue"] == kept.json()
    await api.db.execute("update decisions set state = 'withdrawn'")
    await later(api, worker, days=1)
    assert (await api("POST", path, said)).status_code == 409


async def test_counts_are_for_the_core_group_and_signals_are_not(world: World, worker: WorkerContext) -> None:
    api = world.api
    await overdue(world)
    await later(api, worker, days=1)
    counted = [{"area": "XK.PRI", "code": "decisions-overdue", "signals": 1}]
    for caller, counts, listed in (
        ("core_group@XK", counted, 0), ("supervisor@XK.PRI", counted, 1), ("council@XK.PEC", [], 0), (None, [], 0),
    ):  # fmt: skip
        assert (await api.ok("GET", "/signal-counts", as_=caller, area="XK"))["items"] == counts
        assert len((await api.ok("GET", "/signals", as_=caller, area="XK"))["items"]) == listed
    assert (await api.ok("GET", "/signal-counts", area="XK.PRI.DARDANIA"))["items"] == []
    page = await api.ok("GET", "/signal-counts", area="XK", limit=1)
    assert page["next"] is None


def test_the_timers_have_names_of_their_own() -> None:
    assert len({timer.name for timer in TIMERS}) == len(TIMERS)
