"""Seats over HTTP: persons and bodies, dated terms and roles, one chair a day. Rules F2, F3."""

import asyncio
from typing import Any

import pytest

from tests.forum.conftest import CHAIR, MEMBER, Api

Council = tuple[Api, str, str, str]


async def refused(api: Api, method: str, path: str, body: Any, code: str) -> list[str]:
    """What a refusal lists; it changed nothing."""
    before = await api.fingerprint()
    answer = await api(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert await api.fingerprint() == before
    return answer.json().get("unmet", [])  # type: ignore[no-any-return]


async def test_a_body_names_its_organisation_and_a_group_its_statement(council: Council) -> None:
    """Rule F2: everything that is wrong is said at once."""
    api, forum, *_ = council
    path = f"/forums/{forum}/members"
    body = {"kind": "body", "name": "Delegate", "sector": "ngo", "term_start": "2026-01-01"}
    assert len(await refused(api, "POST", path, body | {"sex": "female", "minority_group": "Roma"}, "seat")) == 3
    stated = MEMBER | {"minority_group": "Roma", "minority_stated_on": "2026-03-16"}
    assert len(await refused(api, "POST", path, stated, "seat")) == 1
    made = await api.ok("POST", path, body | {"organisation": "Street lawyers"})
    assert (made["kind"], made["organisation"], made["sex"]) == ("body", "Street lawyers", None)
    seat = f"{path}/{made['id']}"
    await refused(api, "PATCH", seat, {"age_band": "60+"}, "seat")
    await refused(api, "PATCH", seat, {"organisation": None}, "seat")


async def test_a_statement_can_be_withdrawn(council: Council) -> None:
    """Rule F2: the group and the day of the statement go together."""
    api, forum, _, member = council
    seat = f"/forums/{forum}/members/{member}"
    await refused(api, "PATCH", seat, {"minority_group": "Roma"}, "seat")
    await api.ok("PATCH", seat, {"minority_group": "Roma", "minority_stated_on": "2026-03-15"})
    gone = await api.ok("PATCH", seat, {"minority_group": None})
    assert (gone["minority_group"], gone["minority_stated_on"]) == (None, None)
    assert not any("Roma" in str(event["data"]) for event in await api.events())


async def test_who_sat_then_and_in_which_role(council: Council) -> None:
    """Rule F2: roles and terms are dated; a renewed term is a new term."""
    api, forum, chair, member = council
    path = f"/forums/{forum}/members"

    async def sat(on: str) -> list[tuple[str, str]]:
        return [(seat["id"], seat["role"]) for seat in (await api.ok("GET", path, on=on))["items"]]

    await api.ok("PATCH", f"{path}/{member}", {"role": "secretary"})
    assert await sat("2026-03-14") == [(chair, "chair"), (member, "member")]
    assert await sat("2026-03-15") == [(chair, "chair"), (member, "secretary")]
    assert await sat("2024-12-31") == []
    await api.ok("PATCH", f"{path}/{member}", {"term_end": "2026-02-28"})
    renewed = await api.ok("POST", f"{path}/{member}/renew", {"term_start": "2026-04-01", "role": "observer"})
    assert (renewed["renews"], renewed["name"], renewed["version"]) == (member, "Blerim Hoxha", 1)
    assert await sat("2026-02-28") == [(chair, "chair"), (member, "member")]
    assert await sat("2026-03-01") == [(chair, "chair")]
    assert await sat("2026-04-01") == [(chair, "chair"), (renewed["id"], "observer")]
    assert len((await api.ok("GET", path))["items"]) == 3
    await refused(api, "POST", f"{path}/{member}/renew", {"term_start": "2027-04-01"}, "seat")
    await refused(api, "POST", f"{path}/{renewed['id']}/renew", {"term_start": "2027-04-01"}, "seat")
    await refused(api, "PATCH", f"{path}/{member}", {"term_end": None, "role": "chair"}, "seat")


async def test_a_seat_that_changes_or_ends_is_told_by_codes(council: Council) -> None:
    """Rule F2."""
    api, forum, _, member = council
    before = len(await api.events())
    await api.ok("PATCH", f"/forums/{forum}/members/{member}", {"term_end": "2026-03-15"})
    changed, ended = await api.events(before)
    assert changed["type"].endswith("forum.member_changed.v1")
    assert ended["type"].endswith("forum.member_term_ended.v1")
    assert ended["data"] == {
        "forum_id": forum, "member_id": member, "area": "XK.PRI", "sector": "police", "role": "member",
        "ended_on": "2026-03-15",
    }  # fmt: skip
    before = len(await api.events())
    await api.ok("PATCH", f"/forums/{forum}/members/{member}", {"sex": "male"})
    assert [event["type"].split(".")[4] for event in await api.events(before)] == ["member_changed"]


async def test_one_chair_a_day(council: Council) -> None:
    """Rule F2."""
    api, forum, chair, _ = council
    path = f"/forums/{forum}/members"
    next_chair = CHAIR | {"name": "Vesa Berisha", "term_start": "2026-06-01"}
    await refused(api, "POST", path, next_chair, "second-chair")
    await api.ok("PATCH", f"{path}/{chair}", {"term_end": "2026-06-01"})
    await refused(api, "POST", path, next_chair, "second-chair")
    await api.ok("PATCH", f"{path}/{chair}", {"term_end": "2026-05-31"})
    await api.ok("POST", path, next_chair)
    await refused(api, "PATCH", f"{path}/{chair}", {"term_end": "2026-06-01"}, "second-chair")
    third = (await api.ok("POST", path, MEMBER | {"sector": "health"}))["id"]
    await refused(api, "PATCH", f"{path}/{third}", {"role": "chair"}, "second-chair")


async def test_two_who_seat_a_chair_at_once_seat_one(council: Council) -> None:
    """Rule F2."""
    api, forum, chair, _ = council
    path = f"/forums/{forum}/members"
    await api.ok("PATCH", f"{path}/{chair}", {"term_end": "2026-03-14"})
    answers = await asyncio.gather(*(api("POST", path, CHAIR | {"term_start": "2026-03-15"}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]


@pytest.mark.parametrize("again", ["another seat", "a renewed term", "a role given back"])
async def test_the_polices_transition_is_not_stretched(council: Council, again: str) -> None:
    """Rule F3: not by another officer's seat, nor a new term, nor by stepping down for a day."""
    api, forum, _, police = council
    path = f"/forums/{forum}/members"
    await api.ok("PATCH", f"{path}/{police}", {"role": "co_chair", "term_end": "2026-09-01"})
    await api.db.execute(
        "update seat_roles set since = '2025-06-01', recorded_on = '2025-06-01'"
        " where role = 'co_chair' and member_id = $1",
        police,
    )
    longer: dict[str, Any] = {"term_end": "2026-09-02"}
    if again == "another seat":
        seat = CHAIR | {"sector": "police", "role": "co_chair"}
        await refused(api, "POST", path, seat | longer, "police-chair")
        await api.ok("POST", path, seat | {"term_end": "2026-05-31"})
    elif again == "a renewed term":
        new = {"term_start": "2026-09-02", "term_end": "2026-12-01"}
        await refused(api, "POST", f"{path}/{police}/renew", new, "police-chair")
        await api.ok("POST", f"{path}/{police}/renew", new | {"role": "member"})
    else:
        await api.ok("PATCH", f"{path}/{police}", {"role": "member"})
        await refused(api, "PATCH", f"{path}/{police}", {"role": "co_chair"}, "police-chair")
        await api.ok("PATCH", f"{path}/{police}", {"role": "co_chair", "term_end": "2026-06-01"})
