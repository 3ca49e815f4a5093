"""Agendas that write themselves, and are kept as they stood. Rules F6, F9, F13, F15, F20."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from tests.forum.conftest import DECISION, Api, World, hold, meeting

Council = tuple[Api, str, str, str]


async def wait_for_agenda(
    db: asyncpg.Connection, forum: str, title: str, *, kind: str = "concern", public: bool = True, since: str = "03-01"
) -> str:
    """What another feature would have queued, from a day of 2026 on; its source's id."""
    source = uuid4()
    await db.execute(
        "insert into agenda_entries (id, forum_id, kind, source_id, title, public, queued_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        uuid4(), UUID(forum), kind, source, title, public, datetime.fromisoformat(f"2026-{since}T00:00:00+00:00"),
    )  # fmt: skip
    return str(source)


async def agenda(api: Api, meeting_id: str, as_: str | None = "admin@XK") -> list[tuple[str, str]]:
    """An agenda as kinds and titles."""
    items: list[dict[str, Any]] = (await api.ok("GET", f"/meetings/{meeting_id}/agenda", as_=as_))["items"]
    assert [item["number"] for item in items] == list(range(1, len(items) + 1))
    return [(item["kind"], item["title"]) for item in items]


async def plan(api: Api, forum: str, starts_at: str, **more: Any) -> str:
    return str((await api.ok("POST", f"/forums/{forum}/meetings", meeting(starts_at, **more)))["id"])


async def test_rule_f9_what_waits_goes_on_the_next_agenda_only(council: Council) -> None:
    api, forum, *_ = council
    await wait_for_agenda(api.db, forum, "Bins")
    await wait_for_agenda(api.db, forum, "From above", kind="cascaded_decision", since="03-02")
    later = await plan(api, forum, "2026-05-01T17:00:00Z")
    assert await agenda(api, later) == [("cascaded_decision", "From above"), ("concern", "Bins"), ("topic", "Lamps")]
    await plan(api, forum, "2026-04-01T17:00:00Z", public=False)
    assert await agenda(api, later) == [("topic", "Lamps")]
    # a closed meeting in between shows through nothing
    assert await agenda(api, later, as_=None) == [
        ("cascaded_decision", "From above"),
        ("concern", "Bins"),
        ("topic", "Lamps"),
    ]


async def test_rule_f9_a_held_meeting_takes_up_what_waited_and_its_agenda_stands(council: Council) -> None:
    api, forum, chair, _ = council
    await wait_for_agenda(api.db, forum, "Bins")
    await wait_for_agenda(api.db, forum, "Secret tip", public=False)
    await wait_for_agenda(api.db, forum, "Came after the meeting", since="03-12")
    first = await hold(api, forum, chair, "2026-02-01T17:00:00Z")
    decision = (await api.ok("POST", f"/meetings/{first}/decisions", DECISION))["id"]
    second = await hold(api, forum, chair, "2026-03-10T17:00:00Z")
    stood = [
        ("open_decision", "Repair the lamps"),
        ("concern", "Bins"),
        ("concern", "Secret tip"),
        ("topic", "Lamps"),
    ]
    assert sorted(await agenda(api, second)) == sorted(stood)
    assert await agenda(api, second, as_=None) == [stood[0], stood[1], stood[3]]
    await api.ok("POST", f"/decisions/{decision}/close", {"outcome": "delivered", "evidence": "Lit"})
    await wait_for_agenda(api.db, forum, "Later still", since="03-01")
    assert sorted(await agenda(api, second)) == sorted(stood)
    third = await plan(api, forum, "2026-04-01T17:00:00Z")
    assert await agenda(api, third) == [
        ("concern", "Later still"),
        ("concern", "Came after the meeting"),
        ("topic", "Lamps"),
    ]


async def test_a_meeting_called_off_takes_nothing_up(council: Council) -> None:
    api, forum, *_ = council
    await wait_for_agenda(api.db, forum, "Bins")
    for state in ("postponed", "cancelled"):
        off = await plan(api, forum, "2026-04-01T17:00:00Z")
        await api.ok("POST", f"/meetings/{off}/call-off", {"state": state, "reason": "Flood"})
    kept = await plan(api, forum, "2026-05-01T17:00:00Z")
    assert ("concern", "Bins") in await agenda(api, kept)
    assert ("concern", "Bins") not in await agenda(api, off)


async def test_of_two_meetings_held_at_once_one_takes_up_what_waits(council: Council) -> None:
    api, forum, *_ = council
    for number in range(5):
        await wait_for_agenda(api.db, forum, f"Concern {number}")
    meetings = [await plan(api, forum, "2026-03-14T17:00:00Z") for _ in range(2)]
    body = {"held_at": "2026-03-14T17:00:00Z"}
    await asyncio.gather(*(api.ok("POST", f"/meetings/{each}/hold", body) for each in meetings))
    found = [line for each in meetings for line in await agenda(api, each) if line[0] == "concern"]
    assert sorted(found) == [("concern", f"Concern {number}") for number in range(5)]


async def test_rule_f9_the_secretary_adds_orders_and_drops_items_before_the_meeting(council: Council) -> None:
    api, forum, *_ = council
    planned = await plan(api, forum, "2026-03-14T17:00:00Z")
    path = f"/meetings/{planned}/agenda/items"
    for title, public in (("One", True), ("Two", False), ("Three", True)):
        added = await api("POST", path, {"title": title, "public": public, "estimated_minutes": 10})
        assert added.status_code == 201
    own = [item for item in added.json()["items"] if item["kind"] == "own"]
    assert (own[0]["title"], own[0]["section"], own[0]["estimated_minutes"]) == ("One", "topics", 10)
    one, two, three = (item["id"] for item in own)
    assert (await api("PUT", path, {"order": [three, two, one]}, version=1)).status_code == 412
    assert (await api("PUT", path, {"order": [three, two, one]}, version=None)).status_code == 428
    refused = await api("PUT", path, {"order": [three, three, forum]}, version=3)
    assert (refused.status_code, len(refused.json()["unmet"])) == (422, 3)
    await api.ok("PUT", path, {"order": [three, two, one]}, version=3)
    assert await agenda(api, planned, as_=None) == [("topic", "Lamps"), ("own", "Three"), ("own", "One")]
    other = await plan(api, forum, "2026-05-14T17:00:00Z")
    assert (await api("DELETE", f"/meetings/{other}/agenda/items/{one}")).status_code == 404
    await api.ok("DELETE", f"{path}/{one}", version=4)
    await api.ok("POST", f"/meetings/{planned}/hold", {"held_at": "2026-03-14T17:00:00Z"})
    stood = [("topic", "Lamps"), ("own", "Three"), ("own", "Two")]
    assert await agenda(api, planned) == stood
    for method, address, body in (("POST", path, {"title": "x"}), ("PUT", path, {"order": [two, three]}),
                                  ("DELETE", f"{path}/{two}", None)):  # fmt: skip
        assert (await api(method, address, body)).status_code == 409


async def test_minutes_on_a_past_agenda_are_shown_to_everyone_once_they_are_public(world: World) -> None:
    api = world.api
    await api.ok("POST", f"/meetings/{world.planned}/hold", {"held_at": "2026-03-14T17:00:00Z"})
    line = ("last_minutes", "Minutes of the meeting of 2026-02-20")
    assert line in await agenda(api, world.planned)
    assert line not in await agenda(api, world.planned, as_=None)
    for step, body in (("circulate", None), ("approve", {"by": "chair"}), ("publish", None)):
        await api.ok("POST", f"/minutes/{world.draft}/{step}", body)
    assert line in await agenda(api, world.planned, as_=None)


async def test_an_agenda_of_before_agendas_were_kept_is_written_from_what_is_known(world: World) -> None:
    await world.api.db.execute("delete from held_agendas where meeting_id = $1", UUID(world.closed_held))
    assert await agenda(world.api, world.closed_held) == [
        ("last_minutes", "Minutes of the meeting of 2026-02-01"),
        ("open_decision", "Repair the lamps"),
        ("topic", "Secret"),
    ]
