"""What others hear: what the contract says, in order, with nobody's name in it; and nothing on a refusal. Rule X1."""

from typing import Any

import pytest

from beatbook.contracts.catalogue import EVENTS
from tests.forum.conftest import CHAIR, COUNCIL, COUNTRY, DECISION, MAPPING, Api, World, meeting

START = "2026-03-01T17:00:00Z"


async def told(api: Api, after: int) -> list[tuple[str, str, Any]]:
    """Events as (short type, area, data), read strictly by the contract."""
    found = []
    for event in await api.events(after):
        kind = EVENTS[event["type"]]
        data = kind.model_validate(event["data"])
        assert event["data"] == data.model_dump(mode="json")
        found.append((kind.short_type(), event["area"], data))
    return found


async def test_a_forum_s_life_is_told_step_by_step(country: Api) -> None:
    api, seen = country, 0

    async def news(*expected: str) -> list[Any]:
        nonlocal seen
        found = await told(api, seen)
        seen += len(found)
        assert [kind for kind, _, _ in found] == list(expected)
        return [data for _, _, data in found]

    areas = await news(*["area.registered"] * 4)
    assert [area.code for area in areas] == ["XK", "XK.PEC", "XK.PRI", "XK.PRI.DARDANIA"]
    forum = (await api.ok("POST", "/forums", COUNCIL))["id"]
    (founded,) = await news("forum.founded")
    assert (str(founded.forum_id), founded.kind) == (forum, "community_safety_council")
    await api.ok("PATCH", f"/forums/{forum}", {"interval_days": 60})
    (changed,) = await news("forum.changed")
    assert (changed.name, changed.interval_days) == ("Council", 60)
    await api.ok("POST", f"/forums/{forum}/rules-of-procedure", {"text": "t", "adopted_on": "2025-01-01"})
    await news()
    chair = (await api.ok("POST", f"/forums/{forum}/members", CHAIR))["id"]
    (seated,) = await news("forum.member_seated")
    assert seated.model_dump(mode="json") == {
        "forum_id": forum, "member_id": chair, "area": "XK.PRI", "sector": "ngo", "role": "chair",
        "kind": "person", "term_start": "2025-01-01", "term_end": None, "renews": None,
    }  # fmt: skip
    planned = (await api.ok("POST", f"/forums/{forum}/meetings", meeting(START)))["id"]
    await news("meeting.planned")
    await api.ok("PATCH", f"/meetings/{planned}", {"place": "School"})
    await news()
    await api.ok("PATCH", f"/meetings/{planned}", {"starts_at": "2026-03-02T17:00:00Z"})
    await news("meeting.planned")
    held = {
        "held_at": "2026-03-02T17:00:00Z",
        "attendance": [{"member_id": chair, "status": "present"}],
        "public": [{"count": 3}],
    }
    await api.ok("POST", f"/meetings/{planned}/hold", held)
    (event,) = await news("meeting.held")
    assert (event.members_present, event.public_present, event.public) == (1, 3, True)
    minutes = (await api.ok("POST", f"/meetings/{planned}/minutes", {"items": [{"heading": "Lamps"}]}))["id"]
    await api.ok("POST", f"/minutes/{minutes}/circulate")
    await news("minutes.circulated")
    await api.ok("POST", f"/minutes/{minutes}/approve", {"by": "chair"})
    await news("minutes.approved")
    published = await api.ok("POST", f"/minutes/{minutes}/publish")
    (event,) = await news("minutes.published")
    assert (event.sha256, event.number, event.corrects) == (published["sha256"], 1, None)
    decision = (await api.ok("POST", f"/meetings/{planned}/decisions", DECISION))["id"]
    await news("decision.recorded")
    await api.ok("POST", f"/decisions/{decision}/close", {"outcome": "delivered", "evidence": "Lit"})
    (event,) = await news("decision.closed")
    assert (event.on_time, str(event.ended_on)) == (True, "2026-03-15")
    other = (await api.ok("POST", f"/forums/{forum}/meetings", meeting("2026-04-01T17:00:00Z")))["id"]
    await api.ok("POST", f"/meetings/{other}/call-off", {"state": "cancelled", "reason": "r"})
    await news("meeting.planned", "meeting.called_off")


async def test_no_event_names_a_person_or_quotes_a_word_said(world: World) -> None:
    text = str(await world.api.events())
    for secret in ("Krasniqi", "Hoxha", "Open words", "Secret words", "Secret decision", "Repair the lamps", "School"):
        assert secret not in text


async def test_events_say_who_acted_where_and_on_what(world: World) -> None:
    for event in await world.api.events():
        assert event["actor"] == "a admin@XK"
        assert event["area"] == event["data"].get("area", event["data"].get("code"))
        ids = [event["data"].get(name) for name in ("forum_id", "meeting_id", "minutes_id", "decision_id")]
        assert event["subject"] in ids or event["type"].endswith("area.registered.v1")


REFUSALS = [
    ("/forums", COUNCIL | {"area": "XK"}),
    ("/forums/{forum}/members", CHAIR | {"sector": "police"}),
    ("/meetings/{planned}/hold", {"held_at": "2026-03-16T17:00:00Z"}),
    ("/meetings/{held}/call-off", {"state": "cancelled", "reason": "r"}),
    ("/minutes/{draft}/publish", None),
    ("/meetings/{planned}/decisions", DECISION),
    ("/decisions/{decision}/close", {"outcome": "delivered"}),
    ("/areas/XK.PRI/close", {"closed_on": "2026-03-15"}),
]


async def test_a_refusal_is_told_to_nobody(world: World, subtests: pytest.Subtests) -> None:
    for path, body in REFUSALS:
        with subtests.test(f"{path!s:.40}, {body!s:.40}"):
            before = len(await world.api.events())
            assert (await world.api("POST", path.format(**vars(world)), body)).status_code in {409, 422}
            assert len(await world.api.events()) == before


async def test_an_import_that_changes_nothing_tells_nothing(country: Api) -> None:
    before = len(await country.events())
    await country.ok("POST", "/areas/imports", {"mapping": MAPPING, "collections": [COUNTRY]})
    assert len(await country.events()) == before
