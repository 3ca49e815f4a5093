"""What the public could conclude of closed things from what it is shown. Rules F7, F9, F11, F13, F14, F20."""

from typing import Any

from tests.forum.conftest import DECISION, World, hold, meeting

PUBLIC = None


async def test_a_caution_that_weighs_closed_meetings_is_for_those_inside(council: Any) -> None:
    """Rules F7, F20. Without the closed meeting between, the interval would have passed."""
    api, forum, chair, _ = council
    await hold(api, forum, chair, "2025-09-01T17:00:00+00:00")
    await hold(api, forum, chair, "2026-02-20T17:00:00+00:00", public=False)
    for start in ("2026-04-20T17:00:00+00:00", "2026-09-20T17:00:00+00:00"):
        planned = await api.ok("POST", f"/forums/{forum}/meetings", meeting(start))
        shown = await api.ok("GET", f"/meetings/{planned['id']}", as_=PUBLIC)
        assert shown == planned | {"advisories": []}
    listed = (await api.ok("GET", f"/forums/{forum}/meetings", as_=PUBLIC))["items"]
    assert [row["advisories"] for row in listed] == [[]] * len(listed)
    assert "interval-passed" in {caution["code"] for caution in planned["advisories"]}


async def test_no_version_tells_of_a_closed_agenda_item_or_an_internal_note(world: World) -> None:
    """Rules F9, F13, F20."""
    api = world.api
    items = f"/meetings/{world.planned}/agenda/items"
    before = await api("GET", f"/meetings/{world.planned}", as_=PUBLIC)
    for title in ("About one family", "About another"):
        agenda = await api.ok("POST", items, {"title": title, "public": False})
    own = [item["id"] for item in agenda["items"] if item["kind"] == "own"]
    await api.ok("PUT", items, {"order": own[::-1]})
    await api.ok("DELETE", f"{items}/{own[0]}")
    after = await api("GET", f"/meetings/{world.planned}", as_=PUBLIC)
    assert (after.json(), after.headers["etag"]) == (before.json(), before.headers["etag"])
    decision = await api.ok("GET", f"/decisions/{world.decision}", as_=PUBLIC)
    await api.ok("POST", f"/decisions/{world.decision}/notes", {"text": "Waits for a search", "internal": True})
    assert await api.ok("GET", f"/decisions/{world.decision}", as_=PUBLIC) == decision


async def test_agendas_say_of_a_concern_what_its_summary_says_now(world: World) -> None:
    """Rules F14, F20. A name taken out of a summary is gone from agendas too, held or to come."""
    api = world.api
    board = {"area": "XK.PRI.DARDANIA", "kind": "community_advisory_board", "name": "Board"}
    below = (await api.ok("POST", "/forums", board))["id"]
    seat = await api.ok(
        "POST", f"/forums/{below}/members", {"name": "Seat", "sector": "resident", "term_start": "2025-01-01"}
    )
    words = {"category": "other", "text": "Words", "member_id": seat["id"]}
    concern = f"/concerns/{(await api.ok('POST', f'/forums/{below}/concerns', words))['id']}"
    await api.ok("PATCH", concern, {"summary": "Arben shouts at night", "published": True})
    await api.ok("POST", f"{concern}/escalate", {"words": "It goes up"})
    agenda = f"/meetings/{world.planned}/agenda"
    assert "Arben" in str(await api.ok("GET", agenda, as_=PUBLIC))
    await api.ok("PATCH", concern, {"summary": "Somebody shouts at night"})
    shown = str(await api.ok("GET", agenda, as_=PUBLIC))
    assert "Arben" not in shown
    assert "A concern from the forum below: Somebody shouts at night (XK.PRI.DARDANIA)" in shown
    await api.ok("PATCH", f"/meetings/{world.planned}", {"starts_at": "2026-03-15T12:00:00+00:00"})
    await api.ok("POST", f"/meetings/{world.planned}/hold", {"held_at": "2026-03-15T12:00:00+00:00"})
    assert "shouts" in str(await api.ok("GET", agenda, as_=PUBLIC))
    await api.ok("PATCH", concern, {"published": False})
    assert "shouts" not in str(await api.ok("GET", agenda))
    assert "concern" not in str(await api.ok("GET", agenda, as_=PUBLIC))


async def test_names_are_looked_for_in_the_groups_of_a_dissent_too(world: World) -> None:
    """Rule F11."""
    api = world.api
    held = await hold(api, world.forum, world.chair, "2026-03-10T17:00:00+00:00")
    named = DECISION | {"affected_groups": ["Family of Drita Berisha"]}
    await api.ok("POST", f"/meetings/{held}/decisions", named)
    dissent = [{"words": "No.", "group": "Drita Berisha and others"}]
    await api.ok("POST", f"/meetings/{held}/decisions", DECISION | {"dissent": dissent})
    written = {"items": [{"heading": "Lamps"}], "public_attendees": ["Drita Berisha"]}
    minutes = f"/minutes/{(await api.ok('POST', f'/meetings/{held}/minutes', written))['id']}"
    await api.ok("POST", f"{minutes}/circulate")
    await api.ok("POST", f"{minutes}/approve", {"by": "chair"})
    refused = await api("POST", f"{minutes}/publish")
    assert refused.status_code == 422
    assert [line.split(" names")[0] for line in refused.json()["unmet"]] == ["Decision 1", "Decision 2"]
