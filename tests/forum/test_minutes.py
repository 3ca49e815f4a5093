"""Minutes over HTTP: from draft to published versions that never change. Rules F11, F11a, F20."""

from typing import Any

import pytest

from beatbook.kit.crypto import canonical_json, sha256_hex
from tests.forum.conftest import Api, World, hold, publish

Council = tuple[Api, str, str, str]
ITEMS = [{"heading": "Lamps", "text": "Open words"}, {"heading": "Case", "text": "Secret words", "closed": True}]


async def versions(api: Api, minutes: str, as_: str | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.ok("GET", f"/minutes/{minutes}/versions", as_=as_))["items"]
    before = None
    for number, version in enumerate(found, start=1):
        assert version["sha256"] == sha256_hex(canonical_json(version["content"]))
        assert version["content"]["previous_sha256"] == before
        assert version["content"]["number"] == version["number"] == number
        before = version["sha256"]
    return found


async def test_minutes_go_step_by_step_to_a_version_anyone_can_check(council: Council) -> None:
    api, forum, chair, _ = council
    meeting = await hold(api, forum, chair, "2026-03-01T17:00:00Z")
    draft = await api("POST", f"/meetings/{meeting}/minutes", {"items": ITEMS})
    assert (draft.status_code, draft.headers["ETag"], draft.json()["state"]) == (201, '"1"', "draft")
    minutes = draft.json()["id"]
    steps = [("circulate", None), ("approve", {"by": "chair"}), ("publish", None)]
    for number, (step, body) in enumerate(steps):
        for later, later_body in steps[number + 1 :]:
            assert (await api("POST", f"/minutes/{minutes}/{later}", later_body)).status_code == 409
        assert (await api("POST", f"/minutes/{minutes}/correct", {"items": ITEMS, "reason": "r"})).status_code == 409
        answer = await api.ok("POST", f"/minutes/{minutes}/{step}", body, version=number + 1)
        assert answer["version"] == number + 2
    (version,) = await versions(api, minutes)
    assert version["content"]["items"] == [{"heading": "Lamps", "text": "Open words"}]
    assert version["content"]["attendance"] == {"members": 1, "public": 7}
    shown = await api.ok("GET", f"/minutes/{minutes}", as_=None)
    assert [item["heading"] for item in shown["items"]] == ["Lamps"]
    assert shown["sha256"] == version["sha256"]
    inside = await api.ok("GET", f"/minutes/{minutes}", as_="forum_member@XK.PRI")
    assert [item["heading"] for item in inside["items"]] == ["Lamps", "Case"]


async def test_published_minutes_never_change_a_correction_is_a_new_version(world: World) -> None:
    api, minutes = world.api, world.published
    (first,) = await versions(api, minutes)
    for method, step, body in (
        ("PATCH", "", {"items": ITEMS}),
        ("POST", "/publish", None),
        ("POST", "/circulate", None),
    ):
        assert (await api(method, f"/minutes/{minutes}{step}", body)).status_code == 409
    correction = {"items": [{"heading": "Lamps", "text": "Better words"}, ITEMS[1]], "reason": "A figure was wrong"}
    await api.ok("POST", f"/minutes/{minutes}/correct", correction)
    kept, second = await versions(api, minutes)
    assert kept == first
    assert (second["content"]["corrects"], second["content"]["reason"]) == (1, "A figure was wrong")
    assert second["content"]["items"] == [{"heading": "Lamps", "text": "Better words"}]
    event = (await api.events())[-1]
    assert event["type"] == "org.beatbook.forum.minutes.published.v1"
    assert (event["data"]["number"], event["data"]["corrects"], event["data"]["sha256"]) == (2, 1, second["sha256"])


NAMING = [
    ([{"heading": "Lamps", "text": "Said ana   KRASNIQI"}], ["Ana Krasniqi"]),
    ([{"heading": "About Ana Krasniqi"}], ["Ana Krasniqi"]),
    ([{"heading": "Case", "text": "words", "personal": True}], []),
]


async def test_nobody_is_named_to_the_public(council: Council, subtests: pytest.Subtests) -> None:
    for items, guests in NAMING:
        with subtests.test(f"{items!s:.40}, {guests!s:.40}"):
            api, forum, chair, _ = council
            meeting = await hold(api, forum, chair, "2026-03-01T17:00:00Z")
            body = {"items": items, "public_attendees": guests}
            minutes = (await api.ok("POST", f"/meetings/{meeting}/minutes", body))["id"]
            await api.ok("POST", f"/minutes/{minutes}/circulate")
            await api.ok("POST", f"/minutes/{minutes}/approve", {"by": "chair"})
            before = await api.fingerprint()
            refused = await api("POST", f"/minutes/{minutes}/publish")
            assert (refused.status_code, refused.json()["code"], refused.json()["rule"]) == (
                422,
                "not-publishable",
                "F11",
            )
            assert "krasniqi" not in refused.text.lower()
            assert await api.fingerprint() == before
            assert (await api("GET", f"/minutes/{minutes}", as_=None)).status_code == 404


async def test_a_refused_correction_leaves_the_published_version_as_it_was(world: World) -> None:
    before = await world.api.fingerprint()
    body = {"items": [{"heading": "Said Ana"}], "reason": "r", "public_attendees": ["Ana"]}
    assert (await world.api("POST", f"/minutes/{world.published}/correct", body)).status_code == 422
    assert await world.api.fingerprint() == before


async def test_the_names_to_be_kept_out_are_remembered_and_shown_to_nobody(council: Council) -> None:
    api, forum, chair, _ = council
    meeting = await hold(api, forum, chair, "2026-03-01T17:00:00Z")
    body = {"items": ITEMS, "public_attendees": ["Someone Else"]}
    minutes = (await api.ok("POST", f"/meetings/{meeting}/minutes", body))["id"]
    for step, sent in (("circulate", None), ("approve", {"by": "chair"}), ("publish", None)):
        await api.ok("POST", f"/minutes/{minutes}/{step}", sent)
    for items, reason in (([{"heading": "Someone else came"}], "r"), (ITEMS, "someone  else asked")):
        refused = await api("POST", f"/minutes/{minutes}/correct", {"items": items, "reason": reason})
        assert (refused.status_code, refused.json()["code"]) == (422, "not-publishable")
    for path in (f"/minutes/{minutes}", f"/minutes/{minutes}/versions", "/minutes"):
        assert "Someone" not in (await api("GET", path)).text


async def test_of_a_redacted_item_the_public_sees_the_heading_only(council: Council) -> None:
    api, forum, chair, _ = council
    meeting = await hold(api, forum, chair, "2026-03-01T17:00:00Z")
    item = {"heading": "A case", "text": "Whose case", "personal": True, "redacted": True}
    minutes = await publish(api, meeting, [item])
    assert "Whose" not in (await api("GET", f"/minutes/{minutes}", as_=None)).text
    (version,) = await versions(api, minutes)
    assert version["content"]["items"] == [{"heading": "A case", "text": "[redacted]"}]
    assert (await api.ok("GET", f"/minutes/{minutes}"))["items"][0]["text"] == "Whose case"


async def test_a_changed_draft_is_circulated_again(council: Council) -> None:
    api, forum, chair, _ = council
    meeting = await hold(api, forum, chair, "2026-03-01T17:00:00Z")
    minutes = (await api.ok("POST", f"/meetings/{meeting}/minutes", {"items": ITEMS}))["id"]
    await api.ok("POST", f"/minutes/{minutes}/circulate")
    changed = await api.ok("PATCH", f"/minutes/{minutes}", {"items": ITEMS[:1]}, version=2)
    assert (changed["state"], len(changed["items"])) == ("draft", 1)
    assert (await api("POST", f"/minutes/{minutes}/approve", {"by": "chair"})).status_code == 409


async def test_approved_minutes_that_cannot_be_published_are_mended_and_approved_anew(council: Council) -> None:
    api, forum, chair, _ = council
    meeting = await hold(api, forum, chair, "2026-03-01T17:00:00Z")
    item = {"heading": "A case", "text": "Whose case", "personal": True}
    minutes = (await api.ok("POST", f"/meetings/{meeting}/minutes", {"items": [item]}))["id"]
    await api.ok("POST", f"/minutes/{minutes}/circulate")
    await api.ok("POST", f"/minutes/{minutes}/approve", {"by": "chair"})
    assert (await api("POST", f"/minutes/{minutes}/publish")).status_code == 422
    mended = await api.ok("PATCH", f"/minutes/{minutes}", {"items": [item | {"redacted": True}]})
    assert mended["state"] == "draft"
    for step, body in (("circulate", None), ("approve", {"by": "chair"}), ("publish", None)):
        state = (await api.ok("POST", f"/minutes/{minutes}/{step}", body))["state"]
    assert state == "published"
    assert (await api("PATCH", f"/minutes/{minutes}", {"items": ITEMS})).status_code == 409


async def test_there_is_one_set_of_minutes_of_a_meeting_that_was_held(world: World) -> None:
    for meeting in (world.held, world.planned):
        before = await world.api.fingerprint()
        assert (await world.api("POST", f"/meetings/{meeting}/minutes", {"items": ITEMS})).status_code == 409
        assert await world.api.fingerprint() == before


async def test_the_chair_or_a_later_meeting_approves(council: Council) -> None:
    api, forum, chair, _ = council
    first = await hold(api, forum, chair, "2026-02-01T17:00:00Z")
    later = await hold(api, forum, chair, "2026-03-01T17:00:00Z")
    minutes = (await api.ok("POST", f"/meetings/{later}/minutes", {"items": ITEMS}))["id"]
    await api.ok("POST", f"/minutes/{minutes}/circulate")
    await api.ok("PATCH", f"/forums/{forum}/members/{chair}", {"term_end": "2026-03-14"})
    before = await api.fingerprint()
    for body in (
        {"by": "chair"},
        {"by": "chair", "meeting_id": minutes},
        {"by": "next_meeting"},
        {"by": "next_meeting", "meeting_id": first},
        {"by": "next_meeting", "meeting_id": later},
    ):
        assert (await api("POST", f"/minutes/{minutes}/approve", body)).status_code == 422, body
    assert (
        await api("POST", f"/minutes/{minutes}/approve", {"by": "next_meeting", "meeting_id": chair})
    ).status_code == 404
    assert await api.fingerprint() == before
    earlier = (await api.ok("POST", f"/meetings/{first}/minutes", {"items": ITEMS}))["id"]
    await api.ok("POST", f"/minutes/{earlier}/circulate")
    approved = await api.ok("POST", f"/minutes/{earlier}/approve", {"by": "next_meeting", "meeting_id": later})
    assert approved["state"] == "approved"
    assert (await api.events())[-1]["data"]["number"] == 1


async def test_minutes_of_a_closed_meeting_show_no_attendance(world: World) -> None:
    api = world.api
    for step, body in (("circulate", None), ("approve", {"by": "chair"}), ("publish", None)):
        await api.ok("POST", f"/minutes/{world.draft}/{step}", body)
    (version,) = await versions(api, world.draft)
    assert version["content"]["attendance"] is None
    assert "Secret" not in str(version)


async def test_minutes_are_listed_newest_first(world: World) -> None:
    api = world.api
    assert [item["id"] for item in (await api.ok("GET", "/minutes", area="XK"))["items"]] == [
        world.draft,
        world.published,
    ]
    for query in ({"state": "published"}, {"area": "XK.PRI"}, {"areas": "XK.PRI,XK.PEC"}, {"forum": world.forum}):
        listed = await api.ok("GET", "/minutes", as_=None, **query)
        assert [item["id"] for item in listed["items"]] == [world.published]
    assert (await api.ok("GET", "/minutes", as_=None, area="XK.PEC"))["items"] == []
    another = await hold(api, world.forum, world.chair, "2026-03-10T17:00:00Z")
    newest = await publish(api, another, ITEMS)
    page = await api.ok("GET", "/minutes", as_=None, limit=1)
    assert [item["id"] for item in page["items"]] == [newest]
    rest = await api.ok("GET", "/minutes", as_=None, limit=1, after=page["next"])
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([world.published], None)


async def test_what_was_published_is_listed_by_when_it_was(world: World) -> None:
    """F20: a correction of old minutes is the newest of all; drafts and closed items are in no page."""
    api = world.api
    meeting = await hold(api, world.forum, world.chair, "2026-03-10T17:00:00Z")
    newer = await publish(api, meeting, ITEMS)
    await api.ok("POST", f"/minutes/{world.published}/correct", {"items": ITEMS, "reason": "A figure was wrong"})
    found: list[tuple[str, int, str | None]] = []
    after: dict[str, Any] = {}
    while after is not None:
        page = await api.ok("GET", "/minutes-versions", as_=None, area="XK", limit=1, **after)
        found += [(one["minutes_id"], one["number"], one["reason"]) for one in page["items"]]
        assert "Secret" not in str(page)
        assert all("Case" not in one["headings"] for one in page["items"])
        after = {"after": page["next"]} if page["next"] else None
    corrected = [(world.published, 2, "A figure was wrong"), (world.published, 1, None)]
    assert sorted(found) == sorted([*corrected, (newer, 1, None)])
    assert [one for one in found if one[0] == world.published] == corrected
    assert (await api.ok("GET", "/minutes-versions", as_=None, area="XK.PEC"))["items"] == []
    assert (await api("GET", "/minutes-versions", after="bm9uc2Vuc2U")).status_code == 422
