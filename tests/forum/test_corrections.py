"""Corrections of rumours over HTTP: what is public of one, and that nothing of it changes silently. Rule F16."""

import asyncio
import hashlib
from typing import Any

import pytest

from beatbook.kit.crypto import canonical_json
from tests.forum.access.corrections import NOTICE, SOURCES, TEXTS
from tests.forum.conftest import Api, World

OTHER = {"en": {"title": "Lamps", "claim": "No lamp is repaired", "facts": "Nine are lit"}}


async def draft(world: World, **more: Any) -> Any:
    return await world.api.ok("POST", f"/forums/{world.forum}/corrections", NOTICE | more)


async def published(world: World, **more: Any) -> str:
    notice = (await draft(world, **more))["id"]
    await world.api.ok("POST", f"/corrections/{notice}/publish")
    return str(notice)


async def test_a_notice_becomes_public_with_its_sources(world: World) -> None:
    made = await draft(world)
    assert (made["state"], made["published"], made["published_at"]) == ("draft", 0, None)
    await world.api.ok("POST", f"/corrections/{made['id']}/publish", version=made["version"])
    shown = await world.api.ok("GET", f"/corrections/{made['id']}", as_=None)
    assert (shown["state"], shown["texts"], shown["sources"]) == ("published", TEXTS, SOURCES)
    assert shown["first_published_at"] == shown["published_at"] == "2026-03-15T12:00:00Z"
    listed = await world.api.ok("GET", "/corrections", as_=None, forum=world.forum)
    assert [item["id"] for item in listed["items"]] == [made["id"]]


async def test_a_revision_names_the_version_before_and_leaves_it_as_it_was(world: World) -> None:
    notice = await published(world)
    (first,) = (await world.api.ok("GET", f"/corrections/{notice}/versions", as_=None))["items"]
    body = {"texts": OTHER, "sources": SOURCES, "reason": "Two more"}
    revised = await world.api.ok("POST", f"/corrections/{notice}/revise", body)
    assert (revised["published"], revised["revises"], revised["revision_reason"]) == (2, 1, "Two more")
    versions = (await world.api.ok("GET", f"/corrections/{notice}/versions", as_=None))["items"]
    assert versions[0] == first
    second = versions[1]["content"]
    assert (second["previous_sha256"], second["texts"]) == (first["sha256"], OTHER)
    for version in versions:
        assert hashlib.sha256(canonical_json(version["content"])).hexdigest() == version["sha256"]


async def test_a_published_notice_is_not_changed(world: World) -> None:
    notice = await published(world)
    before = await world.api.fingerprint()
    for method, step, body in (("PATCH", "", {"texts": OTHER}), ("POST", "/publish", None)):
        answer = await world.api(method, f"/corrections/{notice}{step}", body)
        assert (answer.status_code, answer.json()["rule"]) == (409, "F16")
        assert "revision" in answer.json()["detail"]
    assert await world.api.fingerprint() == before


async def test_of_a_withdrawn_notice_the_reason_is_public_and_its_words_are_not(world: World) -> None:
    notice = await published(world)
    await world.api.ok("POST", f"/corrections/{notice}/withdraw", {"reason": "It named a shop"})
    shown = await world.api.ok("GET", f"/corrections/{notice}", as_=None)
    assert (shown["state"], shown["withdrawn_reason"]) == ("withdrawn", "It named a shop")
    assert (shown["texts"], shown["sources"]) == ({}, [])
    (version,) = (await world.api.ok("GET", f"/corrections/{notice}/versions", as_=None))["items"]
    assert (version["number"], version["content"]) == (1, None)
    assert (await world.api.ok("GET", f"/corrections/{notice}", as_="officer@XK.PRI"))["texts"] == TEXTS
    again = await world.api("POST", f"/corrections/{notice}/revise", NOTICE | {"reason": "r"})
    assert again.status_code == 409


async def test_a_draft_that_is_withdrawn_is_never_told(world: World) -> None:
    notice = (await draft(world))["id"]
    before = len(await world.api.events())
    await world.api.ok("POST", f"/corrections/{notice}/withdraw", {"reason": "Not needed"})
    assert len(await world.api.events()) == before
    assert (await world.api("GET", f"/corrections/{notice}", as_=None)).status_code == 404


async def test_a_notice_points_at_nothing_closed(world: World) -> None:
    for about, about_id in (
        ("meeting", world.closed_held), ("minutes", world.draft), ("decision", world.closed_decision),
    ):  # fmt: skip
        notice = (await draft(world, about=about, about_id=about_id, sources=[]))["id"]
        answer = await world.api("POST", f"/corrections/{notice}/publish")
        assert (answer.status_code, answer.json()["code"], len(answer.json()["unmet"])) == (422, "not-publishable", 2)
    for about, about_id in (("meeting", world.held), ("minutes", world.published), ("decision", world.decision)):
        notice = await published(world, about=about, about_id=about_id)
        found = await world.api.ok("GET", "/corrections", as_=None, about_id=about_id)
        assert [item["id"] for item in found["items"]] == [notice]
    said = {"category": "road_safety", "text": "No lamps", "meeting_id": world.held}
    concern = (await world.api.ok("POST", f"/forums/{world.forum}/concerns", said))["id"]
    notice = (await draft(world, about="concern", about_id=concern))["id"]
    assert (await world.api("POST", f"/corrections/{notice}/publish")).status_code == 422
    await world.api.ok("PATCH", f"/concerns/{concern}", {"summary": "Lamps", "published": True})
    await world.api.ok("POST", f"/corrections/{notice}/publish")
    area = await published(world, about="area", about_area="XK.PRI.DARDANIA")
    assert (await world.api.ok("GET", f"/corrections/{area}", as_=None))["about_area"] == "XK.PRI.DARDANIA"


async def test_what_is_corrected_is_there_and_of_the_forum_s_area(world: World) -> None:
    nothing = "01890000-0000-7000-8000-000000000000"
    path = f"/forums/{world.forum}/corrections"
    before = await world.api.fingerprint()
    for more, status in (
        ({"about": "meeting", "about_id": nothing}, 404),
        ({"about": "meeting"}, 422),
        ({"about_id": world.held}, 422),
        ({"about": "area", "about_area": "XK.PEC"}, 422),
        ({"about": "area", "about_area": "XK.NOWHERE"}, 404),
        ({"about": "area"}, 422),
        ({"about": "concern", "about_id": nothing}, 404),
    ):
        assert (await world.api("POST", path, NOTICE | more)).status_code == status, more
    assert await world.api.fingerprint() == before


async def test_a_missing_language_of_the_area_is_advised_until_it_is_there(world: World) -> None:
    await world.api.ok("PATCH", "/areas/XK.PRI", {"languages": ["sq", "en"]})
    notice = await published(world)
    (advisory,) = (await world.api.ok("GET", f"/corrections/{notice}"))["advisories"]
    assert advisory["code"] == "language-missing"
    open_ones = f"/forums/{world.forum}/advisories"
    assert "language-missing" in str(await world.api.ok("GET", open_ones, state="open"))
    both = {"texts": TEXTS | {"sq": TEXTS["en"]}, "sources": SOURCES, "reason": "In Albanian too"}
    assert (await world.api.ok("POST", f"/corrections/{notice}/revise", both))["advisories"] == []
    assert "language-missing" not in str(await world.api.ok("GET", open_ones, state="open"))


WRONG = [
    {"sources": [{"title": "t", "url": url}]}
    for url in (
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "ftp://a.example/x", "//a.example",
        "a.example", "https://", "http://user:word@a.example/", "file:///etc/passwd", "", 7,
        "https://a.example/" + "x" * 3000,
    )
] + [
    {"sources": [SOURCES[0]] * 21},
    {"sources": [{"title": "", "url": "https://a.example"}]},
    {"texts": {}},
    {"texts": {"english": TEXTS["en"]}},
    {"texts": {"en": TEXTS["en"] | {"facts": "x" * 5001}}},
    {"texts": {"en": TEXTS["en"] | {"claim": "a\0b"}}},
    {"texts": {f"a{letter}": TEXTS["en"] for letter in "abcdefghijklm"}},
    {"about": "nonsense"},
    {"colour": "red"},
]  # fmt: skip


async def test_a_notice_that_is_not_as_it_should_be(world: World, subtests: pytest.Subtests) -> None:
    before = await world.api.fingerprint()
    for more in WRONG:
        with subtests.test(f"{more!s:.60}"):
            answer = await world.api("POST", f"/forums/{world.forum}/corrections", NOTICE | more)
            assert answer.status_code == 422
            assert "javascript" not in answer.text.lower()
            assert await world.api.fingerprint() == before


async def test_of_two_who_publish_at_once_one_does(world: World) -> None:
    notice = (await draft(world))["id"]
    answers = await asyncio.gather(*(world.api("POST", f"/corrections/{notice}/publish", version=1) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert len((await world.api.ok("GET", f"/corrections/{notice}/versions"))["items"]) == 1


async def told(api: Api, after: int) -> list[dict[str, Any]]:
    return [event for event in await api.events(after) if ".correction." in event["type"]]


async def test_publishing_and_taking_back_is_told_to_everyone_without_a_word_of_it(world: World) -> None:
    seen = len(await world.api.events())
    notice = await published(world, about="decision", about_id=world.decision)
    await world.api.ok("POST", f"/corrections/{notice}/revise", NOTICE | {"texts": OTHER, "reason": "Two more"})
    await world.api.ok("POST", f"/corrections/{notice}/withdraw", {"reason": "Wrong"})
    events = await told(world.api, seen)
    assert [event["type"].split(".")[-2] for event in events] == ["published", "published", "withdrawn"]
    first, second, _ = [event["data"] for event in events]
    assert (first["number"], first["revises"], first["about"], first["languages"]) == (1, None, "decision", ["en"])
    assert (second["number"], second["revises"], second["about_id"]) == (2, 1, world.decision)
    assert not any(word in str(events) for word in ("lamp", "lit", "works.example", "Two more"))
