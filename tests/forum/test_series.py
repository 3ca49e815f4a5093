"""Meetings that recur, over HTTP and by the clock. Rule F7."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from beatbook.kit.db import Database
from beatbook.kit.timers import WorkerContext
from services.forum.series.commands import plan_all_ahead
from tests.forum.conftest import NOW, Api

Council = tuple[Api, str, str, str]
PATTERN = {"purposes": ["problem_solving", "accountability"], "topics": [{"title": "Lamps"}], "place": "School"}
MONTHLY = {"rrule": "FREQ=MONTHLY;BYDAY=1TU", "starts_local": "2026-04-07T18:00:00", "meeting": PATTERN}


@pytest.fixture
async def timers(api: Api) -> AsyncIterator[WorkerContext]:
    """What a timer works with, its clock at NOW."""
    settings = api.http._transport.app.state.settings  # type: ignore[attr-defined]
    database = Database(settings)
    yield WorkerContext(database=database, settings=settings, clock=lambda: NOW)
    await database.close()


def at(context: WorkerContext, moment: datetime) -> WorkerContext:
    return WorkerContext(database=context.database, settings=context.settings, clock=lambda: moment)


async def started(council: Council, **more: Any) -> tuple[Api, str, dict[str, Any]]:
    api, forum, *_ = council
    await api.ok("PATCH", f"/forums/{forum}", {"time_zone": "Europe/Belgrade"})
    return api, forum, await api.ok("POST", f"/forums/{forum}/series", MONTHLY | more)


async def meetings(api: Api, forum: str) -> list[dict[str, Any]]:
    """The forum's meetings, the first one first."""
    items: list[dict[str, Any]] = (await api.ok("GET", f"/forums/{forum}/meetings", limit=100))["items"]
    return items[::-1]


async def test_a_series_plans_its_meetings_up_to_the_horizon_at_the_same_hour(council: Council) -> None:
    api, forum, series = await started(council)
    assert (series["planned_until"], series["time_zone"], series["version"]) == ("2026-10-01", "Europe/Belgrade", 1)
    planned = await meetings(api, forum)
    assert [item["starts_at"] for item in planned] == [
        f"2026-{day}T16:00:00Z" for day in ("04-07", "05-05", "06-02", "07-07", "08-04", "09-01")
    ]
    assert [item["purpose"] for item in planned] == ["problem_solving", "accountability"] * 3
    assert {item["state"] for item in planned} == {"planned"}
    days = (await api.ok("GET", f"/series/{series['id']}/meetings", limit=2))["items"]
    assert [item["meeting_id"] for item in days] == [item["id"] for item in planned[:2]]
    told = [event for event in await api.events() if event["type"].endswith("meeting.planned.v1")]
    assert len(told) == 6


async def test_over_the_end_of_summer_time_the_clock_stays(council: Council) -> None:
    api, forum, _ = await started(council, rrule="FREQ=MONTHLY;COUNT=2", starts_local="2026-03-24T18:00:00")
    assert [item["starts_at"] for item in await meetings(api, forum)] == [
        "2026-03-24T17:00:00Z", "2026-04-24T16:00:00Z",
    ]  # fmt: skip


async def test_the_clock_plans_ahead_once_only_also_when_two_run_at_once(
    council: Council, timers: WorkerContext
) -> None:
    api, forum, series = await started(council)
    before = await api.fingerprint()
    await plan_all_ahead(timers)
    assert await api.fingerprint() == before
    later = at(timers, NOW + timedelta(days=60))
    await asyncio.gather(*(plan_all_ahead(later) for _ in range(4)))
    await plan_all_ahead(later)
    starts = [item["starts_at"][:10] for item in await meetings(api, forum)]
    assert starts[6:] == ["2026-10-06", "2026-11-03"]
    assert len(set(starts)) == len(starts)
    read = await api.ok("GET", f"/series/{series['id']}")
    assert read["planned_until"] == "2026-11-30"


async def test_what_people_changed_stays_when_the_series_changes(council: Council) -> None:
    api, forum, series = await started(council)
    first, second, third, *_ = await meetings(api, forum)
    await api.ok("PATCH", f"/meetings/{first['id']}", {"place": "Library"})
    await api.ok("PATCH", f"/meetings/{second['id']}", {"starts_at": "2026-05-06T16:00:00Z"})
    await api.ok("POST", f"/meetings/{third['id']}/call-off", {"state": "cancelled", "reason": "Feast"})
    change = {"starts_local": "2026-04-07T19:30:00", "meeting": PATTERN | {"place": "Town hall"}}
    changed = await api.ok("PATCH", f"/series/{series['id']}", change, version=1)
    assert changed["version"] == 2
    now = await meetings(api, forum)
    assert [(item["starts_at"][5:16], item["place"], item["state"]) for item in now] == [
        ("04-07T16:00", "Library", "planned"),
        ("05-06T16:00", "School", "planned"),
        ("06-02T16:00", "School", "cancelled"),
        ("07-07T17:30", "Town hall", "planned"),
        ("08-04T17:30", "Town hall", "planned"),
        ("09-01T17:30", "Town hall", "planned"),
    ]
    again = await api.ok("PATCH", f"/series/{series['id']}", {"meeting": PATTERN}, version=2)
    assert [item["place"] for item in await meetings(api, forum)][3:] == ["School"] * 3
    assert again["version"] == 3


async def test_a_day_left_out_is_cancelled_and_planned_again_when_it_is_back(council: Council) -> None:
    api, forum, series = await started(council)
    path = f"/series/{series['id']}"
    await api.ok("PATCH", path, {"excluded": ["2026-07-07", "2026-07-07"]}, version=1)
    july = [item for item in await meetings(api, forum) if item["starts_at"].startswith("2026-07")]
    assert [item["state"] for item in july] == ["cancelled"]
    await api.ok("PATCH", path, {"excluded": []}, version=2)
    july = [item["state"] for item in await meetings(api, forum) if item["starts_at"].startswith("2026-07")]
    assert sorted(july) == ["cancelled", "planned"]


async def test_an_ended_series_plans_no_more(council: Council, timers: WorkerContext) -> None:
    api, forum, series = await started(council)
    path = f"/series/{series['id']}"
    body = {"last_day": "2026-05-31", "reason": "The council is elected anew"}
    ended = await api.ok("POST", f"{path}/end", body, version=1)
    assert (ended["last_day"], ended["version"]) == ("2026-05-31", 2)
    states = [(item["starts_at"][5:7], item["state"], item["state_reason"]) for item in await meetings(api, forum)]
    assert states[:3] == [
        ("04", "planned", None), ("05", "planned", None), ("06", "cancelled", "The council is elected anew"),
    ]  # fmt: skip
    before = await api.fingerprint()
    await plan_all_ahead(at(timers, NOW + timedelta(days=40)))
    await plan_all_ahead(at(timers, NOW + timedelta(days=100)))
    assert (await meetings(api, forum))[-1]["starts_at"].startswith("2026-09")
    assert (await api.fingerprint())["meetings"] == before["meetings"]


async def test_a_preview_shows_the_dates_and_saves_nothing(council: Council) -> None:
    api, forum, *_ = council
    before = await api.fingerprint()
    query = {"rrule": "FREQ=WEEKLY;COUNT=3", "starts_local": "2026-03-17T18:00:00"}
    shown = await api.ok("GET", f"/forums/{forum}/series-preview", **query)
    assert shown["time_zone"] == "UTC"
    assert [start["local"] for start in shown["starts"]] == [f"2026-03-{day}T18:00:00" for day in (17, 24, 31)]
    refused = await api("GET", f"/forums/{forum}/series-preview", **(query | {"rrule": "FREQ=SECONDLY"}))
    assert (refused.status_code, refused.json()["code"]) == (422, "wrong-recurrence")
    assert await api.fingerprint() == before


WRONG: list[dict[str, Any]] = [
    {"rrule": "FREQ=SECONDLY"},
    {"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"},
    {"rrule": "FREQ=MONTHLY;BYDAY=1WE"},
    {"rrule": "x" * 301},
    {"starts_local": "2026-04-07T18:00:00Z"},
    {"starts_local": "1999-04-07T18:00:00"},
    {"meeting": PATTERN | {"purposes": []}},
    {"meeting": PATTERN | {"emergency": {"critical_incident": "x", "reason": "y"}}},
    {"excluded": ["2026-01-01"] * 201},
    {"duration_minutes": 5},
]


async def test_what_cannot_recur_is_refused(council: Council, subtests: pytest.Subtests) -> None:
    api, forum, *_ = council
    before = await api.fingerprint()
    for wrong in WRONG:
        with subtests.test(f"{wrong!s:.60}"):
            assert (await api("POST", f"/forums/{forum}/series", MONTHLY | wrong)).status_code == 422
    assert await api.fingerprint() == before


async def test_a_series_is_changed_from_its_present_version(council: Council) -> None:
    api, _, series = await started(council)
    path = f"/series/{series['id']}"
    assert (await api("PATCH", path, {"duration_minutes": 60}, version=None)).status_code == 428
    assert (await api("PATCH", path, {"duration_minutes": 60}, version=9)).status_code == 412
    closed = await api("PATCH", path, {"meeting": PATTERN | {"public": False}}, version=1)
    assert closed.status_code == 422
    answers = await asyncio.gather(*(api("PATCH", path, {"duration_minutes": 60}, version=1) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]


async def test_a_daily_series_plans_no_more_than_the_most(council: Council, timers: WorkerContext) -> None:
    api, forum, _ = await started(council, rrule="FREQ=DAILY", starts_local="2026-03-16T09:00:00")
    assert len(await meetings(api, forum)) == 60
    await plan_all_ahead(at(timers, datetime(2026, 3, 17, 12, tzinfo=UTC)))
    assert len(await meetings(api, forum)) == 62
