"""Consultations over HTTP: findings that become concerns, gaps, and a summary that gives nobody away. Rule F21."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from beatbook.kit.timers import WorkerContext
from services.forum.consultations.commands import remind_all
from services.forum.consultations.rules import WHERE_PRESENT, Group
from tests.forum.access.consultations import CONSULTATION, SMALL, SUMMARY, WORDS
from tests.forum.conftest import NOW, World


async def recorded(world: World, body: Any = CONSULTATION, **more: Any) -> Any:
    return await world.api.ok("POST", f"/forums/{world.forum}/consultations", body | more)


async def test_a_consultation_comes_onto_the_next_agenda_for_those_inside(world: World) -> None:
    made = await recorded(world)
    assert (made["state"], made["people"], len(made["findings"])) == ("recorded", 26, 2)
    later = {"purpose": "accountability", "starts_at": "2026-04-01T17:00:00Z"}
    planned = (await world.api.ok("POST", f"/forums/{world.forum}/meetings", later))["id"]
    agenda = await world.api("GET", f"/meetings/{planned}/agenda")
    assert "Consultation outside meetings: Lamps" in agenda.text
    await world.api.ok("PATCH", f"/consultations/{made['id']}", {"topic": "Light"})
    assert "Consultation outside meetings: Light" in (await world.api("GET", f"/meetings/{planned}/agenda")).text
    outside = await world.api("GET", f"/meetings/{planned}/agenda", as_=None)
    assert "Consultation" not in outside.text


async def test_a_finding_becomes_a_concern_once(world: World) -> None:
    made = await recorded(world)
    path = f"/consultations/{made['id']}/findings/2/concern"
    answers = await asyncio.gather(*(world.api("POST", path, WORDS) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    shown = await world.api.ok("GET", f"/consultations/{made['id']}")
    concern = shown["findings"][1]["concern_id"]
    assert (shown["concerns"], shown["findings"][0]["concern_id"]) == (1, None)
    raised = await world.api.ok("GET", f"/concerns/{concern}")
    assert (raised["inside"]["source"], raised["state"]) == ("consultation", "raised")
    assert (await world.api("POST", f"/consultations/{made['id']}/findings/9/concern", WORDS)).status_code == 404


async def test_the_public_reads_a_summary_and_groups_of_ten_or_more(world: World) -> None:
    mixed = [{"group": "elders", "people": 12}, {"group": "lgbtqi", "people": 3}]
    large, small = await recorded(world), await recorded(world, asked=mixed)
    path = f"/consultations/{small['id']}"
    refused = await world.api("POST", f"{path}/publish", SUMMARY)
    assert (refused.status_code, refused.json()["code"], refused.json()["rule"]) == (422, "small-groups", "F21")
    await world.api.ok("POST", f"{path}/publish", SUMMARY | {"small_groups_unnamed": True})
    await world.api.ok("POST", f"/consultations/{large['id']}/publish", SUMMARY)
    assert (await world.api("PATCH", path, {"topic": "Other"})).status_code == 409
    shown = await world.api.ok("GET", path, as_=None)
    assert shown["asked"] == [{"group": "elders", "minority_group": None, "people": None}]
    assert (shown["people"], shown["held_on"], shown["place"], shown["findings"]) == (12, None, None, [])
    assert shown["summary"] == SUMMARY["summary"]
    assert "lgbtqi" not in (await world.api("GET", "/consultations", as_=None)).text
    known = await world.api.ok("GET", f"/consultations/{large['id']}", as_=None)
    assert (known["people"], known["held_on"], len(known["asked"])) == (26, "2026-03-10", 2)
    await world.api.ok("POST", f"{path}/withdraw")
    assert (await world.api("GET", path, as_=None)).status_code == 404


async def test_groups_never_consulted_are_listed_with_minorities(world: World) -> None:
    groups = [{"group": "Roma", "share": 0.03}, {"group": "Ashkali", "share": 0.01}]
    await world.api.ok("PATCH", "/areas/XK.PRI", {"minority_groups": groups})
    path = f"/forums/{world.forum}/consultations/gaps"
    before = await world.api.ok("GET", path)
    assert (before["consultations"], before["since"], len(before["gaps"])) == (0, "2025-03-15", 23)
    await recorded(world, asked=[{"group": "elders", "people": 4}, {"minority_group": "Roma", "people": 5}])
    await recorded(world, held_on="2024-05-01", asked=[{"group": "women", "people": 9}])
    after = await world.api.ok("GET", path, as_="officer@XK.PRI")
    open_ones = {gap["group"] or gap["minority_group"]: gap["last_on"] for gap in after["gaps"]}
    assert len(open_ones) == 21
    assert (open_ones["women"], open_ones["Ashkali"]) == ("2024-05-01", None)
    assert not {"elders", "Roma"} & set(open_ones)
    wider = await world.api.ok("GET", path, since="2024-01-01")
    assert "women" not in {gap["group"] for gap in wider["gaps"]}


async def test_after_a_year_a_forum_is_reminded_until_it_asks(world: World, worker: WorkerContext) -> None:
    """F21: by the clock, once only in effect."""

    async def turn(**passed: float) -> None:
        await remind_all(replace(worker, clock=lambda: NOW + timedelta(**passed)))

    open_ones = f"/forums/{world.forum}/advisories"
    await turn(days=364)
    assert "groups-not-consulted" not in str(await world.api.ok("GET", open_ones))
    for _ in range(2):
        await turn(days=365)
    told = [item for item in (await world.api.ok("GET", open_ones))["items"] if item["rule"] == "F21"]
    assert [(item["about"], item["code"]) for item in told] == [("forum", "groups-not-consulted")]
    events = [event for event in await world.api.events() if event["type"].endswith("advisory.raised.v1")]
    assert sum(event["data"]["code"] == "groups-not-consulted" for event in events) == 1
    every = [group for group in Group if group not in WHERE_PRESENT]
    await recorded(world, asked=[{"group": group, "people": 2} for group in every])
    await turn(days=359)
    told = [item for item in (await world.api.ok("GET", open_ones))["items"] if item["rule"] == "F21"]
    assert told[0]["cleared_at"] is not None


async def test_a_consultation_is_told_by_codes_and_counts(world: World) -> None:
    seen = len(await world.api.events())
    made = await recorded(world, SMALL)
    confirmed = SUMMARY | {"small_groups_unnamed": True}
    await world.api.ok("POST", f"/consultations/{made['id']}/publish", confirmed)
    await world.api.ok("POST", f"/consultations/{made['id']}/withdraw")
    first, published, _ = events = await world.api.events(seen)
    assert [event["type"].split(".")[-2] for event in events] == ["recorded", "published", "withdrawn"]
    assert (first["data"]["groups"], first["data"]["people"], first["data"]["how"]) == (["lgbtqi"], 3, "focus_group")
    assert not {"groups", "people", "held_on"} & set(published["data"])
    assert not any(word in str(events) for word in ("ecret", "light", "secretary", "Lamps"))


WRONG: list[tuple[dict[str, Any], int]] = [
    ({"held_on": "2026-03-16"}, 422),
    ({"asked": []}, 422),
    ({"asked": [{"group": "elders", "people": 0}]}, 422),
    ({"asked": [{"group": "elders", "people": 1}, {"group": "elders", "people": 2}]}, 422),
    ({"asked": [{"people": 1}]}, 422),
    ({"asked": [{"group": "elders", "minority_group": "Roma", "people": 1}]}, 422),
    ({"asked": [{"minority_group": "Nobody", "people": 1}]}, 422),
    ({"asked": [{"group": "martians", "people": 1}]}, 422),
    ({"asked": [{"group": "elders", "people": 1, "names": ["Ana"]}]}, 422),
    ({"how": "interrogation"}, 422),
    ({"findings": ["x" * 2001]}, 422),
    ({"topic": ""}, 422),
    ({"person": "Ana"}, 422),
]


async def test_a_consultation_that_is_not_as_it_should_be(world: World, subtests: pytest.Subtests) -> None:
    before = await world.api.fingerprint()
    for more, status in WRONG:
        with subtests.test(f"{more!s:.60}"):
            answer = await world.api("POST", f"/forums/{world.forum}/consultations", CONSULTATION | more)
            assert answer.status_code == status
            assert await world.api.fingerprint() == before


async def test_a_change_names_the_version_it_starts_from(world: World) -> None:
    made = await recorded(world)
    path = f"/consultations/{made['id']}"
    assert (await world.api("PATCH", path, {"role": "chair"}, version=None)).status_code == 428
    await world.api.ok("PATCH", path, {"asked": [{"group": "women", "people": 4}]}, version=1)
    assert (await world.api("PATCH", path, {"role": "chair"}, version=1)).status_code == 412
    assert (await world.api.ok("GET", path))["people"] == 4
    later = datetime(2026, 3, 20, tzinfo=UTC).date().isoformat()
    assert (await world.api("PATCH", path, {"held_on": later})).status_code == 422
