"""What the clock reminds of: raised once when the cause comes, cleared when it goes. Rules F3, F7, F11, F13."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.kit.timers import Timer, WorkerContext
from services.forum.advisories import commands
from services.forum.meetings.rules import interval_passed
from services.forum.minutes.rules import MinutesState, minutes_outstanding
from services.forum.timers import TIMERS
from tests.forum.conftest import CHAIR, COUNCIL, NOW, Api, World, hold, publish

REMINDERS = [timer for timer in TIMERS if timer.name != "warning-signals"]
(INTERVALS,) = (timer for timer in TIMERS if timer.name == "intervals-passed")
TODAY = NOW.date()


async def clock(api: Api, worker: WorkerContext, days: int, timers: list[Timer] = REMINDERS) -> None:
    """Let it be so many days later, and the timers have their turn."""
    api.now = NOW + timedelta(days=days)
    for timer in timers:
        await timer.run(worker)


async def open_(api: Api, forum: str) -> dict[str, Any]:
    found = (await api.ok("GET", f"/forums/{forum}/advisories", state="open"))["items"]
    return {advisory["code"]: advisory for advisory in found}


async def told(api: Api, code: str) -> list[str]:
    """The verbs of an advisory's events."""
    rows = await api.db.fetch(
        "select type from events where type like '%.advisory.%' and data->>'code' = $1 order by id", code
    )
    return [row["type"].split(".")[-2] for row in rows]


async def test_rule_f13_an_overdue_decision_is_told_once_for_each_due_date(world: World, worker: WorkerContext) -> None:
    api = world.api
    await clock(api, worker, 17)  # the due day itself is in time
    assert "decision-overdue" not in await open_(api, world.forum)
    await asyncio.gather(*(clock(api, worker, 18) for _ in range(4)))
    await clock(api, worker, 19)
    overdue = [event for event in await api.events() if event["type"] == "org.beatbook.forum.decision.overdue.v1"]
    assert sorted(event["subject"] for event in overdue) == sorted([world.decision, world.closed_decision])
    (one,) = (event["data"] for event in overdue if event["subject"] == world.decision)
    assert one == {
        "decision_id": world.decision, "forum_id": world.forum, "area": "XK.PRI", "kind": "decision", "owner": None,
        "due_on": "2026-04-01",
    }  # fmt: skip
    assert {event["actor"] for event in overdue} == {"forum clock"}
    assert await told(api, "decision-overdue") == ["raised", "raised"]
    await api.ok("POST", f"/decisions/{world.decision}/close", {"outcome": "withdrawn", "reason": "r"})
    assert (await open_(api, world.forum))["decision-overdue"]["about_id"] == world.closed_decision
    assert await told(api, "decision-overdue") == ["raised", "raised", "cleared"]
    await api.db.execute("update decisions set due_on = '2026-05-01'")
    await clock(api, worker, 20)
    assert "decision-overdue" not in await open_(api, world.forum)
    await clock(api, worker, 60)
    overdue = [event for event in await api.events() if event["type"] == "org.beatbook.forum.decision.overdue.v1"]
    assert [event["data"]["due_on"] for event in overdue] == ["2026-04-01", "2026-04-01", "2026-05-01"]


async def test_rule_f13_a_decision_is_not_told_overdue_while_it_is_being_ended(
    world: World, worker: WorkerContext
) -> None:
    api = world.api
    (decisions,) = (timer for timer in REMINDERS if timer.name == "decisions-overdue")
    async with api.db.transaction():  # a command that holds the decision
        await api.db.execute("select 1 from decisions where id = $1 for update", UUID(world.decision))
        await clock(api, worker, 18, [decisions])
        told_of = [event for event in await api.events() if event["type"] == "org.beatbook.forum.decision.overdue.v1"]
        assert [event["subject"] for event in told_of] == [world.closed_decision]
    await clock(api, worker, 18, [decisions])
    told_of = [event for event in await api.events() if event["type"] == "org.beatbook.forum.decision.overdue.v1"]
    assert [event["subject"] for event in told_of] == [world.closed_decision, world.decision]


async def test_rule_f7_the_agreed_interval_passed_without_a_meeting(world: World, worker: WorkerContext) -> None:
    api = world.api
    await clock(api, worker, 67)  # 90 days after the last meeting, of 20 February
    assert "agreed-interval-passed" not in await open_(api, world.forum)
    await clock(api, worker, 68)
    await clock(api, worker, 69)
    advisory = (await open_(api, world.forum))["agreed-interval-passed"]
    assert (advisory["about"], advisory["about_id"], advisory["rule"]) == ("forum", world.forum, "F7")
    assert advisory["text"].startswith("The forum agreed to meet every 90 days; it last met on 2026-02-20.")
    await hold(api, world.forum, world.chair, "2026-05-22T17:00:00Z")
    assert "agreed-interval-passed" not in await open_(api, world.forum)
    assert await told(api, "agreed-interval-passed") == ["raised", "cleared"]
    api.now = NOW
    never = (await api.ok("POST", "/forums", COUNCIL | {"area": "XK.PEC", "interval_days": 30}))["id"]
    await clock(api, worker, 31)
    assert "founded on 2026-03-15" in (await open_(api, never))["agreed-interval-passed"]["text"]
    await api.ok("PATCH", f"/forums/{never}", {"interval_days": 60})
    assert await open_(api, never) == {}


async def test_rule_f7_the_interval_is_counted_in_days_of_the_forums_clocks(
    country: Api, worker: WorkerContext
) -> None:
    zones = {"Pacific/Auckland": 13, "UTC": 0, "America/Los_Angeles": -7}
    found = {
        zone: (await country.ok("POST", "/forums", COUNCIL | {"interval_days": 30, "time_zone": zone}))["id"]
        for zone in zones
    }
    passed = {}
    for hours in range(30 * 24, 33 * 24):
        country.now = NOW + timedelta(hours=hours)
        await INTERVALS.run(worker)
        for zone, forum in found.items():
            if zone not in passed and "agreed-interval-passed" in await open_(country, forum):
                passed[zone] = country.now
    # founded at noon of 15 March by UTC, which is 16 March in Auckland, whose summer ends meanwhile
    assert {zone: f"{moment:%m-%d %H}" for zone, moment in passed.items()} == {
        "Pacific/Auckland": "04-15 12", "UTC": "04-15 00", "America/Los_Angeles": "04-15 07"}  # fmt: skip


async def test_rule_f3_the_police_chairs_past_the_agreed_day(world: World, worker: WorkerContext) -> None:
    api = world.api
    await api.ok("PATCH", f"/forums/{world.forum}/members/{world.chair}", {"role": "member"})
    seat = CHAIR | {"sector": "police", "role": "co_chair", "term_end": "2026-03-20", "name": "C"}
    await api.ok("POST", f"/forums/{world.forum}/members", seat)
    await clock(api, worker, 5)
    assert "police-chair-overdue" not in await open_(api, world.forum)
    await clock(api, worker, 6)
    assert (await open_(api, world.forum))["police-chair-overdue"]["rule"] == "F3"
    await api.ok("POST", f"/forums/{world.forum}/members", CHAIR | {"term_start": "2026-03-21", "name": "D"})
    assert "police-chair-overdue" not in await open_(api, world.forum)
    assert await told(api, "police-chair-overdue") == ["raised", "cleared"]
    assert (await api.ok("GET", f"/forums/{world.forum}", as_=None))["advisories"] == []


async def test_rule_f3_what_a_forum_shows_is_what_is_stored(country: Api, worker: WorkerContext) -> None:
    forum = (await country.ok("POST", "/forums", COUNCIL))["id"]
    await country.ok("POST", f"/forums/{forum}/members", CHAIR | {"sector": "police", "term_end": "2026-03-14"})
    shown = (await country.ok("GET", f"/forums/{forum}", as_=None))["advisories"]
    await clock(country, worker, 0)
    stored = (await open_(country, forum))["police-chair-overdue"]
    assert shown == [{name: stored[name] for name in ("code", "text", "rule")}]


async def test_rule_f11_silence_after_a_meeting_becomes_a_reminder(world: World, worker: WorkerContext) -> None:
    api = world.api
    late = await hold(api, world.forum, world.chair, "2026-03-01T17:00:00Z")
    await clock(api, worker, 16)  # 30 days after 1 March; the closed meeting of 20 February is further back
    assert (await open_(api, world.forum))["minutes-outstanding"]["about_id"] == world.closed_held
    await clock(api, worker, 17)
    await clock(api, worker, 17)
    assert await told(api, "minutes-outstanding") == ["raised", "raised"]
    await publish(api, late, [{"heading": "h", "text": "t"}])
    assert (await open_(api, world.forum))["minutes-outstanding"]["about_id"] == world.closed_held
    await api.ok("POST", f"/minutes/{world.draft}/circulate")
    await api.ok("POST", f"/minutes/{world.draft}/approve", {"by": "chair"})
    assert "minutes-outstanding" not in await open_(api, world.forum)
    assert await told(api, "minutes-outstanding") == ["raised", "raised", "cleared", "cleared"]


async def test_the_clock_breaks_off_and_goes_on_without_a_word_twice(
    world: World, worker: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = world.api
    before = await api.fingerprint()

    async def break_off(*_: object, **__: object) -> None:
        raise ConnectionError

    (decisions,) = (timer for timer in REMINDERS if timer.name == "decisions-overdue")
    with monkeypatch.context() as patched:
        patched.setattr(commands, "emit_many", break_off)
        with pytest.raises(ConnectionError):
            await clock(api, worker, 30, [decisions])
    assert await api.fingerprint() == before
    monkeypatch.setattr(commands, "CHANGES_A_TURN", 1)
    await clock(api, worker, 30, [decisions])
    after = await api.fingerprint()
    await clock(api, worker, 30, [decisions])
    assert await api.fingerprint() == after
    assert await told(api, "decision-overdue") == ["raised", "raised"]


async def test_an_advisory_is_acknowledged_with_a_note_and_stays(world: World, worker: WorkerContext) -> None:
    api = world.api
    await clock(api, worker, 100)
    advisory = (await open_(api, world.forum))["agreed-interval-passed"]
    path = f"/advisories/{advisory['id']}"
    note = {"note": "The hall is being painted"}
    assert (await api("GET", path)).headers["ETag"] == '"1"'
    assert (await api("POST", f"{path}/acknowledge", note, version=None)).status_code == 428
    assert (await api("POST", f"{path}/acknowledge", note, version=2)).status_code == 412
    kept = await api.ok("POST", f"{path}/acknowledge", note, as_="council@XK.PRI", version=1)
    assert kept == advisory | note | {
        "acknowledged_by": "a council@XK.PRI", "acknowledged_at": "2026-06-23T12:00:00Z", "version": 2,
    }  # fmt: skip
    await clock(api, worker, 101)
    assert (await open_(api, world.forum))["agreed-interval-passed"] == kept
    await hold(api, world.forum, world.chair, "2026-05-22T17:00:00Z")
    assert (await api("POST", f"{path}/acknowledge", note)).status_code == 409


@pytest.mark.pure
@pytest.mark.parametrize(("days", "passed"), [(89, False), (90, False), (91, True)])
def test_rule_f7_an_interval_has_passed_the_day_after_its_last(days: int, passed: bool) -> None:
    assert interval_passed(TODAY - timedelta(days=days), 90, TODAY) is passed


@pytest.mark.pure
@pytest.mark.parametrize(
    ("days", "public", "state", "published", "outstanding"),
    [
        (30, True, None, 0, False),
        (31, True, None, 0, True),
        (31, True, MinutesState.APPROVED, 0, True),
        (31, True, MinutesState.PUBLISHED, 1, False),
        (31, True, MinutesState.DRAFT, 1, False),
        (31, False, MinutesState.CIRCULATED, 0, True),
        (31, False, MinutesState.APPROVED, 0, False),
        (365, True, None, 0, True),
        (366, True, None, 0, False),
    ],
)
def test_rule_f11_minutes_are_outstanding(
    days: int, public: bool, state: MinutesState | None, published: int, outstanding: bool
) -> None:
    held_on = TODAY - timedelta(days=days)
    assert minutes_outstanding(held_on, TODAY, public=public, state=state, published=published) is outstanding


@pytest.mark.pure
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 400), st.integers(0, 500))
def test_rule_f7_once_passed_it_stays_so_until_a_meeting(last: date, interval: int, days: int) -> None:
    today = last + timedelta(days=days)
    if interval_passed(last, interval, today):
        assert interval_passed(last, interval, today + timedelta(days=1))
    assert not interval_passed(today, interval, today)
