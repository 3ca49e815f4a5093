"""What published minutes hold, in which languages, and how anyone checks them. Rules F6, F11, F11a, F20."""

import asyncio
import hashlib
import json
from typing import Any
from uuid import UUID

import pytest

from beatbook.kit.crypto import canonical_json
from tests.forum.conftest import CHAIR, COUNCIL, DECISION, Api, World, hold
from tests.forum.test_agenda import agenda, plan

Council = tuple[Api, str, str, str]
STEPS: tuple[tuple[str, Any], ...] = (("circulate", None), ("approve", {"by": "chair"}), ("publish", None))
ITEM = {
    "heading": "Llambat",
    "text": "Rruga është e errët",
    "translations": {"sr": {"heading": "Лампе", "text": "Улица је мрачна"}, "ar": {"heading": "المصابيح"}},
}


async def publish(api: Api, meeting: str, body: dict[str, Any]) -> str:
    minutes = (await api.ok("POST", f"/meetings/{meeting}/minutes", body))["id"]
    for step, sent in STEPS:
        await api.ok("POST", f"/minutes/{minutes}/{step}", sent)
    return str(minutes)


async def content(api: Api, minutes: str, number: int = 1) -> dict[str, Any]:
    answer = await api("GET", f"/minutes/{minutes}/versions/{number}/content", as_=None)
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


async def test_rule_f11a_the_public_version_holds_languages_decisions_and_results(council: Council) -> None:
    api, forum, chair, _ = council
    meeting = await hold(api, forum, chair, "2026-03-01T17:00:00Z")
    words = {"sr": {"agenda_item": "Лампе", "text": "Поправити лампе"}}
    dissent = {"dissent": [{"words": "Too dear"}], "language": "sq", "translations": words}
    decision = (await api.ok("POST", f"/meetings/{meeting}/decisions", DECISION | dissent))["id"]
    await api.ok("POST", f"/meetings/{meeting}/decisions", DECISION | {"text": "Secret", "closed": True})
    results = [{"text": "Bins stay", "translations": {"sr": "Канте остају"}}, {"text": "Secret tip", "closed": True}]
    minutes = await publish(api, meeting, {"items": [ITEM], "language": "sq", "results": results})
    shown = await content(api, minutes)
    assert shown["language"] == "sq"
    assert shown["items"][0]["translations"]["ar"] == {"heading": "المصابيح", "text": ""}
    assert shown["decisions"] == [
        {
            "id": decision, "agenda_item": "Lamps", "text": "Repair the lamps", "kind": "decision",
            "owner": "Public works", "due_on": "2026-04-01", "language": "sq", "translations": words,
        }
    ]  # fmt: skip
    assert shown["results"] == [{"text": "Bins stay", "translations": {"sr": "Канте остају"}}]
    assert "Secret" not in str(shown)
    assert "Too dear" not in str(shown)
    view = await api.ok("GET", f"/minutes/{minutes}", as_=None)
    assert (view["language"], [result["text"] for result in view["results"]]) == ("sq", ["Bins stay"])
    found = await api.ok("GET", f"/decisions/{decision}", as_=None)
    assert found["minutes"] == {"id": minutes, "number": 1}
    assert (await api("PATCH", f"/decisions/{decision}", {"text": "x"})).status_code == 409


async def test_rule_f11_anyone_verifies_the_chain(world: World) -> None:
    api, minutes = world.api, world.published
    items = [{"heading": "Lamps", "text": "Better words"}]
    await api.ok("POST", f"/minutes/{minutes}/correct", {"items": items, "reason": "A figure was wrong"})
    answer = await api.ok("GET", f"/minutes/{minutes}/verify", as_=None)
    assert (answer["verified"], [version["intact"] for version in answer["versions"]]) == (True, [True, True])
    for version in answer["versions"]:
        raw = await api("GET", f"/minutes/{minutes}/versions/{version['number']}/content", as_=None)
        assert hashlib.sha256(raw.content).hexdigest() == version["sha256"]
        assert canonical_json(json.loads(raw.content)) == raw.content
    await api.db.execute("alter table minutes_versions disable trigger user")
    changed = "update minutes_versions set content = content || $2 where minutes_id = $1 and number = 2"
    await api.db.execute(changed, UUID(minutes), '{"reason": "other"}')
    answer = await api.ok("GET", f"/minutes/{minutes}/verify", as_=None)
    assert (answer["verified"], [version["intact"] for version in answer["versions"]]) == (False, [True, False])
    await api.db.execute("delete from minutes_versions where minutes_id = $1 and number = 1", UUID(minutes))
    assert (await api.ok("GET", f"/minutes/{minutes}/verify", as_=None))["verified"] is False
    assert (await api("GET", f"/minutes/{minutes}/versions/9/content", as_=None)).status_code == 404


async def test_versions_of_before_languages_still_verify(world: World) -> None:
    api = world.api
    old = await content(api, world.published)
    for later in ("language", "decisions", "results"):
        del old[later]
    await api.db.execute("alter table minutes_versions disable trigger user")
    digest = hashlib.sha256(canonical_json(old)).hexdigest()
    await api.db.execute(
        "update minutes_versions set content = $1, sha256 = $2 where minutes_id = $3",
        json.dumps(old), digest, UUID(world.published),
    )  # fmt: skip
    assert (await api.ok("GET", f"/minutes/{world.published}/verify", as_=None))["verified"] is True
    shown = await api.ok("GET", f"/minutes/{world.published}", as_=None)
    assert (shown["language"], shown["results"]) == ("und", [])


async def test_a_decision_that_names_a_guest_is_mended_before_the_minutes_go_out(council: Council) -> None:
    api, forum, chair, _ = council
    meeting = await hold(api, forum, chair, "2026-03-01T17:00:00Z")
    naming = DECISION | {"text": "Do as Gëzim Thaçi asked"}
    decision = (await api.ok("POST", f"/meetings/{meeting}/decisions", naming))["id"]
    body = {"items": [{"heading": "Lamps", "text": "x"}], "public_attendees": ["Gezim Thaci"]}
    minutes = (await api.ok("POST", f"/meetings/{meeting}/minutes", body))["id"]
    for step, sent in STEPS[:2]:
        await api.ok("POST", f"/minutes/{minutes}/{step}", sent)
    refused = await api("POST", f"/minutes/{minutes}/publish")
    assert (refused.status_code, refused.json()["unmet"][0][:10]) == (422, "Decision 1")
    assert "Tha" not in refused.text
    await api.ok("PATCH", f"/decisions/{decision}", {"text": "Do as was asked"})
    await api.ok("POST", f"/minutes/{minutes}/publish")


async def test_of_two_that_publish_at_once_one_does(council: Council) -> None:
    api, forum, chair, _ = council
    meeting = await hold(api, forum, chair, "2026-03-01T17:00:00Z")
    minutes = (await api.ok("POST", f"/meetings/{meeting}/minutes", {"items": [ITEM]}))["id"]
    for step, sent in STEPS[:2]:
        await api.ok("POST", f"/minutes/{minutes}/{step}", sent)
    answers = await asyncio.gather(*(api("POST", f"/minutes/{minutes}/publish") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len((await api.ok("GET", f"/minutes/{minutes}/versions"))["items"]) == 1
    assert [event["type"] for event in await api.events()].count("org.beatbook.forum.minutes.published.v1") == 1


@pytest.fixture
async def women(council: Council) -> tuple[Api, str, str, str]:
    """A women-only forum that reports to the council: the API, the council, the forum, its chair."""
    api, general, *_ = council
    body = COUNCIL | {"kind": "women_only", "name": "Women's forum", "reports_to": general}
    forum = (await api.ok("POST", "/forums", body))["id"]
    await api.ok("POST", f"/forums/{forum}/rules-of-procedure", {"text": "t", "adopted_on": "2025-01-01"})
    chair = (await api.ok("POST", f"/forums/{forum}/members", CHAIR | {"name": "Drita Berisha"}))["id"]
    return api, general, forum, chair


async def test_rule_f6_results_go_on_the_general_forum_s_next_agenda_without_words_of_people(
    women: tuple[Api, str, str, str],
) -> None:
    api, general, forum, chair = women
    meeting = await hold(api, forum, chair, "2026-03-01T17:00:00Z")
    dissent = {"dissent": [{"words": "I am afraid there"}], "text": "Light the underpass"}
    await api.ok("POST", f"/meetings/{meeting}/decisions", DECISION | dissent)
    await api.ok("POST", f"/meetings/{meeting}/decisions", DECISION | {"text": "Inside", "closed": True})
    body: dict[str, Any] = {"items": [ITEM], "results": [{"text": "Drita Berisha wants later buses"}]}
    minutes = (await api.ok("POST", f"/meetings/{meeting}/minutes", body))["id"]
    for step, sent in STEPS[:2]:
        await api.ok("POST", f"/minutes/{minutes}/{step}", sent)
    refused = await api("POST", f"/minutes/{minutes}/publish")
    assert (refused.status_code, len(refused.json()["unmet"])) == (422, 1)
    await api.ok("PATCH", f"/minutes/{minutes}", {"results": [{"text": "Later buses"}, {"text": "Bins"}]})
    for step, sent in STEPS:
        await api.ok("POST", f"/minutes/{minutes}/{step}", sent)
    planned = await plan(api, general, "2026-04-01T17:00:00Z")
    wanted = [("result", title) for title in ("Bins", "Inside", "Later buses", "Light the underpass")]
    assert sorted(await agenda(api, planned)) == [*wanted, ("topic", "Lamps")]
    assert sorted(await agenda(api, planned, as_=None)) == [wanted[0], *wanted[2:], ("topic", "Lamps")]
    correction = {"items": [ITEM], "results": [{"text": "Later buses"}], "reason": "Bins was a mistake"}
    await api.ok("POST", f"/minutes/{minutes}/correct", correction)
    assert ("result", "Bins") not in await agenda(api, planned)


async def test_rule_f20_of_a_closed_meeting_what_is_marked_open_is_published(council: Council) -> None:
    api, forum, chair, _ = council
    meeting = await hold(api, forum, chair, "2026-03-01T17:00:00Z", public=False, place="Secret house")
    items = [{"heading": "Secret case"}, {"heading": "What we can say", "closed": False}]
    await api.ok("POST", f"/meetings/{meeting}/decisions", DECISION | {"text": "Secret decision"})
    minutes = await publish(api, meeting, {"items": items, "results": [{"text": "Secret result"}]})
    shown = await content(api, minutes)
    assert "ecret" not in str(shown)
    assert (shown["attendance"], shown["decisions"], shown["results"]) == (None, [], [])
    assert [item["heading"] for item in shown["items"]] == ["What we can say"]
    other = await hold(api, forum, chair, "2026-03-02T17:00:00Z", public=False)
    silent = (await api.ok("POST", f"/meetings/{other}/minutes", {"items": items[:1]}))["id"]
    for step, sent in STEPS[:2]:
        await api.ok("POST", f"/minutes/{silent}/{step}", sent)
    assert (await api("POST", f"/minutes/{silent}/publish")).status_code == 422


async def test_rule_f11_members_send_remarks_while_the_draft_goes_round(council: Council) -> None:
    api, forum, chair, _ = council
    meeting = await hold(api, forum, chair, "2026-03-01T17:00:00Z")
    minutes = (await api.ok("POST", f"/meetings/{meeting}/minutes", {"items": [ITEM]}))["id"]
    path, body = f"/minutes/{minutes}/remarks", {"text": "A date is wrong", "item": 1}
    assert (await api("POST", path, body)).status_code == 409
    await api.ok("POST", f"/minutes/{minutes}/circulate")
    assert [event["type"].split(".")[-2] for event in (await api.events())[-1:]] == ["circulated"]
    assert (await api("POST", path, body | {"item": 2})).status_code == 422
    sent = await api.ok("POST", path, body, as_="forum_member@XK.PRI")
    assert (sent["item"], sent["minutes_version"]) == (1, 2)
    assert "wrong" not in str((await api.events())[-1])
    assert [remark["id"] for remark in (await api.ok("GET", path))["items"]] == [sent["id"]]
    await api.ok("POST", f"/minutes/{minutes}/approve", {"by": "chair"})
    assert (await api("POST", path, body)).status_code == 409
