"""Community initiatives over HTTP: watch schemes under rules, their life, and places that nobody outside sees. F18."""

import asyncio
from typing import Any

import pytest

from tests.forum.access.initiatives import END, OPEN_DAY, PLACES, REPORT, SAFE_HOUSES, WATCH, started
from tests.forum.conftest import World


async def proposed(world: World, body: Any = OPEN_DAY, **more: Any) -> Any:
    return await world.api.ok("POST", f"/forums/{world.forum}/initiatives", body | more)


@pytest.mark.parametrize("kind", ["neighbourhood_watch", "text_alert", "night_time_economy"])
async def test_a_watch_scheme_without_rules_role_and_supervisor_does_not_run(world: World, kind: str) -> None:
    made = await proposed(world, {"kind": kind, "name": "Watch", "aim": "Look out"})
    assert (made["state"], made["watch_scheme"], len(made["needs"])) == ("proposed", True, 3)
    before = await world.api.fingerprint()
    answer = await world.api("POST", f"/initiatives/{made['id']}/start", {})
    assert (answer.status_code, answer.json()["rule"], answer.json()["unmet"]) == (422, "F18", made["needs"])
    assert await world.api.fingerprint() == before
    needed = {name: WATCH[name] for name in ("written_rules", "reporting_only", "supervisor")}
    changed = await world.api.ok("PATCH", f"/initiatives/{made['id']}", needed)
    assert changed["needs"] == []
    running = await world.api.ok("POST", f"/initiatives/{made['id']}/start", {})
    assert (running["state"], running["started_on"]) == ("running", "2026-03-15")


async def test_a_running_watch_scheme_keeps_what_it_needs(world: World) -> None:
    watch = await started(world, WATCH)
    before = await world.api.fingerprint()
    gone = {"supervisor": None, "written_rules": None, "reporting_only": False}
    answer = await world.api("PATCH", f"/initiatives/{watch}", gone)
    assert (answer.status_code, len(answer.json()["unmet"])) == (422, 3)
    assert await world.api.fingerprint() == before


async def test_the_supervisor_is_a_person_inside_and_a_role_outside(world: World) -> None:
    watch = await started(world, WATCH)
    inside = await world.api.ok("GET", f"/initiatives/{watch}", as_="forum_member@XK.PRI")
    outside = await world.api.ok("GET", f"/initiatives/{watch}", as_=None)
    assert (inside["supervisor_name"], inside["supervisor_role"]) == ("Lt Krasniqi", "Community officer")
    assert (outside["supervisor_name"], outside["supervisor_role"]) == (None, "Community officer")
    assert outside["partners"] == WATCH["partners"]


async def test_an_initiative_runs_reports_pauses_goes_on_and_ends(world: World) -> None:
    made = await proposed(world, starts_on="2026-03-01", ends_on="2026-03-31", area="XK.PRI.DARDANIA")
    path = f"/initiatives/{made['id']}"
    assert (await world.api("GET", path, as_=None)).status_code == 404
    await world.api.ok("POST", f"{path}/start", {"on": "2026-03-02"})
    assert (await world.api("POST", f"{path}/start", {})).status_code == 409
    for reached in (40, 7):
        await world.api.ok("POST", f"{path}/reports", REPORT | {"reached": reached})
    await world.api.ok("POST", f"{path}/pause", {"reason": "Snow"})
    await world.api.ok("POST", f"{path}/start", {"on": "2026-03-12"})
    ended = await world.api.ok("POST", f"{path}/end", END | {"on": "2026-03-14"})
    assert (ended["state"], ended["started_on"], ended["ended_on"]) == ("ended", "2026-03-02", "2026-03-14")
    assert (ended["reached"], ended["outcome"], ended["result"]) == (47, "achieved", "Fewer break-ins")
    assert (await world.api("PATCH", path, {"aim": "x"})).status_code == 409
    (listed,) = (await world.api.ok("GET", "/initiatives", as_=None, area="XK.PRI.DARDANIA"))["items"]
    assert listed["id"] == made["id"]


async def test_small_counts_are_not_public(world: World) -> None:
    """K8."""
    day = await started(world, OPEN_DAY)
    await world.api.ok("POST", f"/initiatives/{day}/reports", REPORT | {"reached": 7})
    for caller, reached in ((None, None), ("officer@XK.PRI", 7)):
        assert (await world.api.ok("GET", f"/initiatives/{day}", as_=caller))["reached"] == reached
        (report,) = (await world.api.ok("GET", f"/initiatives/{day}/reports", as_=caller))["items"]
        assert report["reached"] == reached
    for more, told in ((40, 40), (3, 40), (0, 40), (10, 50)):
        await world.api.ok("POST", f"/initiatives/{day}/reports", REPORT | {"reached": more})
        assert (await world.api.ok("GET", f"/initiatives/{day}", as_=None))["reached"] == told
    assert (await world.api.ok("GET", f"/initiatives/{day}", as_="officer@XK.PRI"))["reached"] == 60


async def test_places_of_safe_houses_are_nowhere_but_in_their_own_list(world: World) -> None:
    closed = await started(world, SAFE_HOUSES)
    known = await started(world, SAFE_HOUSES, public=True, name="Houses")
    for network in (closed, known):
        (place,) = await world.api.ok("PUT", f"/initiatives/{network}/places", PLACES)
        assert place["address"] == "Secret street 1"
        assert len(await world.api.ok("GET", f"/initiatives/{network}/places", as_="officer@XK.PRI")) == 1
        for caller in ("forum_member@XK.PRI", "advisor@XK.PRI", "core_group@XK", "council@XK.PEC", None):
            refused = await world.api("GET", f"/initiatives/{network}/places", as_=caller)
            nothing = await world.api("GET", "/initiatives/01890000-0000-7000-8000-000000000000/places", as_=caller)
            assert (refused.status_code, refused.json()) == (404, nothing.json())
    assert (await world.api("GET", f"/initiatives/{closed}", as_=None)).status_code == 404
    shown = await world.api.ok("GET", f"/initiatives/{known}", as_=None)
    assert (shown["partners"], shown["reached"], shown["written_rules"]) == ([], None, None)
    assert "Secret street" not in (await world.api("GET", "/initiatives", as_="admin@XK")).text
    assert "Secret" not in str(await world.api.events())
    assert (await world.api("PUT", f"/initiatives/{await started(world, WATCH)}/places", PLACES)).status_code == 422


async def test_an_initiative_is_told_by_codes_and_counts(world: World) -> None:
    seen = len(await world.api.events())
    watch = await started(world, WATCH)
    await world.api.ok("POST", f"/initiatives/{watch}/reports", REPORT)
    await world.api.ok("POST", f"/initiatives/{watch}/pause", {"reason": "Snow"})
    await world.api.ok("POST", f"/initiatives/{watch}/start", {})
    await world.api.ok("POST", f"/initiatives/{watch}/end", END)
    events = await world.api.events(seen)
    assert [event["type"].split(".")[-2] for event in events] == [
        "proposed", "started", "reported", "paused", "started", "ended",
    ]  # fmt: skip
    assert {(event["subject"], event["area"], event["data"]["kind"]) for event in events} == {
        (watch, "XK.PRI", "neighbourhood_watch")
    }
    resumed, ended = events[4]["data"], events[5]["data"]
    assert (resumed["started_on"], resumed["resumed_on"]) == ("2026-03-01", "2026-03-15")
    assert (ended["outcome"], ended["reached"]) == ("achieved", 40)
    assert not any(word in str(events) for word in ("Krasniqi", "Dardania watch", "Snow", "People came", "union"))


WRONG: list[tuple[str, str, Any, int]] = [
    ("POST", "/forums/{forum}/initiatives", WATCH | {"kind": "vigilantes"}, 422),
    ("POST", "/forums/{forum}/initiatives", WATCH | {"area": "XK.PEC"}, 422),
    ("POST", "/forums/{forum}/initiatives", WATCH | {"area": "XK.PRI.NOWHERE"}, 404),
    ("POST", "/forums/{forum}/initiatives", WATCH | {"starts_on": "2026-03-02", "ends_on": "2026-03-01"}, 422),
    ("POST", "/forums/{forum}/initiatives", WATCH | {"supervisor": {"name": "A"}}, 422),
    ("POST", "/forums/{forum}/initiatives", WATCH | {"partners": [{"name": "x", "sector": "mob"}]}, 422),
    ("POST", "/forums/{forum}/initiatives", WATCH | {"name": "x" * 201}, 422),
    ("POST", "/forums/{forum}/initiatives", WATCH | {"colour": "red"}, 422),
    ("POST", "/initiatives/{watch}/reports", REPORT | {"reached": -1}, 422),
    ("POST", "/initiatives/{watch}/reports", REPORT | {"reached": 10**12}, 422),
    ("POST", "/initiatives/{watch}/reports", REPORT | {"happened_on": "2026-03-16"}, 422),
    ("POST", "/initiatives/{watch}/reports", REPORT | {"happened_on": "2026-02-28"}, 422),
    ("POST", "/initiatives/{watch}/end", END | {"outcome": "dropped"}, 422),
    ("POST", "/initiatives/{watch}/end", END | {"on": "2026-02-28"}, 422),
    ("POST", "/initiatives/{watch}/pause", {"reason": ""}, 422),
    ("PUT", "/initiatives/{watch}/places", {"places": [{"name": "x", "address": "y"}] * 501}, 422),
]


async def test_an_initiative_that_is_not_as_it_should_be(world: World, subtests: pytest.Subtests) -> None:
    ids = {"forum": world.forum, "watch": await started(world, WATCH)}
    before = await world.api.fingerprint()
    for method, path, body, status in WRONG:
        with subtests.test(f"{path} {body!s:.60}"):
            assert (await world.api(method, path.format(**ids), body)).status_code == status
            assert await world.api.fingerprint() == before


async def test_of_reports_at_once_none_is_lost(world: World) -> None:
    day = await started(world, OPEN_DAY)
    await asyncio.gather(*(world.api.ok("POST", f"/initiatives/{day}/reports", REPORT) for _ in range(8)))
    assert (await world.api.ok("GET", f"/initiatives/{day}"))["reached"] == 8 * 40
    stale = await world.api("POST", f"/initiatives/{day}/pause", {"reason": "r"}, version=1)
    assert stale.status_code == 412
    assert (await world.api("POST", f"/initiatives/{day}/pause", {"reason": "r"}, version=None)).status_code == 428
