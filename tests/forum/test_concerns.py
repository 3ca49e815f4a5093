"""Concerns over HTTP, from inside. Rules F14, F20, C12a."""

import pytest

from tests.forum.conftest import World

CONCERN = {
    "category": "road_safety",
    "text": "Cars race past the school, the neighbour Agim among them",
    "wish": "Bumps and a crossing",
    "place": "Rruga B",
}
ANSWER = {"outcome": "answered", "words": "Bumps were built in March.", "organisation": "Public works"}
HERE = {"point": {"longitude": 21.05, "latitude": 42.05}}


async def raised(world: World, **more: object) -> str:
    body = CONCERN | {"member_id": world.member} | more
    return str((await world.api.ok("POST", f"/forums/{world.forum}/concerns", body))["id"])


async def test_a_concern_from_the_meeting_to_its_answer(world: World) -> None:
    api = world.api
    body = CONCERN | HERE | {"meeting_id": world.held}
    made = await api("POST", f"/forums/{world.forum}/concerns", body, as_="forum_member@XK.PRI", version=None)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    concern = made.json()
    assert (concern["state"], concern["inside"]["source"], concern["inside"]["longitude"]) == (
        "raised",
        "meeting",
        21.05,
    )
    assert concern["inside"]["triage_by"].startswith("2026-03-29")
    answered = await api.ok("POST", f"/concerns/{concern['id']}/triage", ANSWER, version=1, as_="council@XK.PRI")
    assert (answered["state"], answered["ended_on"], answered["inside"]["on_time"]) == ("answered", "2026-03-15", True)
    steps = await api.ok("GET", f"/concerns/{concern['id']}/steps")
    assert [(step["kind"], step["words"], step["organisation"]) for step in steps] == [
        ("raised", None, None), ("answered", ANSWER["words"], "Public works"),
    ]  # fmt: skip
    assert (await api("POST", f"/concerns/{concern['id']}/triage", ANSWER)).status_code == 409
    kinds = [event["type"].split(".")[-2] for event in await api.events() if ".concern." in event["type"]]
    assert kinds == ["raised", "triaged", "answered"]
    assert "Agim" not in str(await api.events())


async def test_triage_tells_all_that_is_missing_at_once(world: World) -> None:
    concern = await raised(world)
    refused = await world.api("POST", f"/concerns/{concern}/triage", {"outcome": "out_of_remit"})
    assert (refused.status_code, refused.json()["code"], refused.json()["rule"]) == (422, "not-triageable", "F14")
    assert len(refused.json()["unmet"]) == 3


async def test_a_concern_has_one_origin_which_is_the_forum_s(world: World, subtests: pytest.Subtests) -> None:
    youth = {"area": "XK.PRI", "kind": "youth", "name": "Youth", "reports_to": world.forum}
    other = (await world.api.ok("POST", "/forums", youth))["id"]
    outside = {"point": {"longitude": 20.0, "latitude": 42.05}}
    for forum, origin, unmet in (
        (world.forum, {}, None),
        (world.forum, {"meeting_id": world.held, "member_id": world.member}, None),
        (other, {"meeting_id": world.held}, 1),
        (other, {"member_id": world.member} | outside, 2),
    ):
        with subtests.test(str(origin)):
            before = await world.api.fingerprint()
            refused = await world.api("POST", f"/forums/{forum}/concerns", CONCERN | origin)
            assert refused.status_code == 422
            assert unmet is None or len(refused.json()["unmet"]) == unmet
            assert await world.api.fingerprint() == before


async def test_the_public_reads_the_forum_s_own_summary_and_nothing_else(world: World) -> None:
    concern = await raised(world)
    assert (await world.api("GET", f"/concerns/{concern}", as_=None)).status_code == 404
    refused = await world.api("PATCH", f"/concerns/{concern}", {"published": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "not-publishable")
    await world.api.ok("PATCH", f"/concerns/{concern}", {"summary": "Speed at the school", "published": True})
    shown = await world.api.ok("GET", f"/concerns/{concern}", as_=None)
    assert (shown["summary"], shown["raised_on"], shown["inside"]) == ("Speed at the school", "2026-03-15", None)
    listed = (await world.api.ok("GET", "/concerns", as_="council@XK.PEC"))["items"]
    assert listed == [shown]
    await world.api.ok("PATCH", f"/concerns/{concern}", {"published": False})
    assert (await world.api.ok("GET", "/concerns", as_=None))["items"] == []


async def test_what_came_up_in_a_closed_meeting_is_never_published(world: World) -> None:
    body = CONCERN | {"meeting_id": world.closed_held}
    concern = (await world.api.ok("POST", f"/forums/{world.forum}/concerns", body))["id"]
    refused = await world.api("PATCH", f"/concerns/{concern}", {"published": True, "summary": "s"})
    assert (refused.status_code, len(refused.json()["unmet"])) == (422, 1)


async def test_redacted_words_are_gone(world: World) -> None:
    concern = await raised(world)
    mended = await world.api.ok("PATCH", f"/concerns/{concern}", {"text": "Cars race past the school", "place": None})
    assert (mended["inside"]["place"], mended["inside"]["redacted_at"][:10]) == (None, "2026-03-15")
    rows = await world.api.db.fetch("select row_to_json(c)::text as kept from concerns as c")
    assert "Agim" not in str(rows)


async def test_of_a_case_a_bucket_comes_back_and_nothing_more(world: World) -> None:
    """Rule C12a."""
    concern = await raised(world)
    path = f"/concerns/{concern}/case-progress"
    assert (await world.api("POST", path, {"bucket": "done"})).status_code == 409
    opened = ANSWER | {"outcome": "case_opened", "organisation": "Police station"}
    await world.api.ok("POST", f"/concerns/{concern}/triage", opened)
    assert (await world.api("POST", path, {"bucket": "done", "case_id": concern})).status_code == 422
    assert (await world.api.ok("POST", path, {"bucket": "worked_on"}))["case_bucket"] == "worked_on"
    await world.api.ok("POST", f"/concerns/{concern}/triage", ANSWER)
    last = (await world.api.ok("GET", f"/concerns/{concern}/steps"))[-1]
    assert (last["kind"], last["case_bucket"]) == ("answered", "worked_on")


async def test_a_stale_or_missing_version_changes_nothing(world: World) -> None:
    concern = await raised(world)
    for version, status in ((None, 428), (7, 412)):
        refused = await world.api("POST", f"/concerns/{concern}/triage", ANSWER, version=version)
        assert refused.status_code == status
