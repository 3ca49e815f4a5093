"""Trainings: planned, held, cancelled; together is the point. Rule F19."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forum.trainings.rules import Group, together_cautions, totals
from tests.forum.conftest import Api

Council = tuple[Api, str, str, str]
TRAINING = {"area": "XK.PRI", "subject": "Mediation", "starts_on": "2026-03-01", "ends_on": "2026-03-02"}


@pytest.mark.pure
@given(st.lists(st.tuples(st.sampled_from(Group), st.integers(0, 30))))
def test_one_group_alone_is_advised_against(counts: list[tuple[Group, int]]) -> None:
    """Rule F19."""
    present = totals(counts)
    assert sum(present.values()) == sum(count for _, count in counts)
    groups = {group for group, count in counts if count}
    assert bool(together_cautions(present)) is (len(groups) == 1)


def held(*groups: tuple[str, int]) -> dict[str, Any]:
    participants = [{"group": group, "count": count, "sex": "female"} for group, count in groups]
    return {"trainers": 3, "trainers_trained": 2, "participants": participants}


async def test_rule_f19_a_training_is_planned_held_and_told_as_counts(council: Council) -> None:
    api, forum, *_ = council
    body = TRAINING | {"forum_id": forum, "kind": "training_of_trainers"}
    planned = await api.ok("POST", "/trainings", body, as_="council@XK.PRI")
    assert planned["state"] == "planned"
    done = await api.ok(
        "POST", f"/trainings/{planned['id']}/hold", held(("members", 5), ("police", 4), ("members", 1)), version=1
    )
    assert (done["state"], done["advisories"], done["version"]) == ("held", [], 2)
    event = (await api.events())[-1]
    assert event["type"].endswith("training.held.v1")
    assert event["data"] == {
        "training_id": planned["id"], "area": "XK.PRI", "forum_id": forum, "kind": "training_of_trainers",
        "starts_on": "2026-03-01", "ends_on": "2026-03-02", "members": 6, "police": 4, "officials": 0,
        "trainers": 3, "trainers_trained": 2,
    }  # fmt: skip
    before = await api.fingerprint()
    assert (await api("POST", f"/trainings/{planned['id']}/hold", held())).status_code == 409
    assert (await api("PATCH", f"/trainings/{planned['id']}", {"subject": "x"})).status_code == 409
    assert (await api("POST", f"/trainings/{planned['id']}/cancel", {"reason": "r"})).status_code == 409
    assert await api.fingerprint() == before


async def test_trained_apart_is_an_advisory_that_is_kept(council: Council) -> None:
    """Rule F19: with the training, and in the forum's list."""
    api, forum, *_ = council
    planned = await api.ok("POST", "/trainings", TRAINING | {"forum_id": forum})
    done = await api.ok("POST", f"/trainings/{planned['id']}/hold", held(("police", 9), ("officials", 0)))
    assert [advisory["code"] for advisory in done["advisories"]] == ["trained-apart"]
    listed = (await api.ok("GET", f"/forums/{forum}/advisories", state="open"))["items"]
    assert [(item["about"], item["about_id"], item["rule"]) for item in listed] == [("training", planned["id"], "F19")]


async def test_everything_that_is_wrong_is_said_at_once(council: Council) -> None:
    """Rule F19."""
    api, forum, *_ = council
    planned = await api.ok("POST", "/trainings", TRAINING | {"ends_on": "2026-03-20"})
    path = f"/trainings/{planned['id']}"
    before = await api.fingerprint()
    bad = held() | {"trainers": 1, "starts_on": "2026-03-25"}
    refused = await api("POST", f"{path}/hold", bad)
    assert (refused.status_code, refused.json()["rule"], len(refused.json()["unmet"])) == (422, "F19", 3)
    assert (await api("PATCH", path, {"ends_on": "2026-01-01"})).status_code == 422
    assert (await api("POST", "/trainings", TRAINING | {"ends_on": "2026-01-01"})).status_code == 422
    assert (await api("POST", "/trainings", TRAINING | {"area": "XK.PEC", "forum_id": forum})).status_code == 422
    assert (await api("POST", f"{path}/hold", held(("guests", 1)))).status_code == 422
    assert await api.fingerprint() == before
    await api.ok("POST", f"{path}/cancel", {"reason": "The trainer is ill"})
    assert "ill" not in str([event["data"] for event in await api.events()])


async def test_a_training_is_held_once(council: Council) -> None:
    """Rule F19."""
    api, *_ = council
    path = f"/trainings/{(await api.ok('POST', '/trainings', TRAINING))['id']}/hold"
    answers = await asyncio.gather(
        *(api("POST", path, held(("members", 2), ("police", 2)), version=1) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
