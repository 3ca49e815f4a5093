"""What the record of a held meeting says is of its day: seats, chairs, its climate; advice for planning it ends."""

from typing import Any

import pytest

from tests.forum.conftest import CHAIR, MEMBER, Api, hold, meeting

Council = tuple[Api, str, str, str]


async def advised(api: Api, forum: str, state: str) -> list[str]:
    found = (await api.ok("GET", f"/forums/{forum}/advisories", state=state))["items"]
    return [advisory["code"] for advisory in found]


async def far_off(api: Api, forum: str, chair: str) -> str:
    """A meeting planned later than the agreed interval: its id."""
    await hold(api, forum, chair, "2025-01-15T17:00:00Z")
    planned = await api.ok("POST", f"/forums/{forum}/meetings", meeting())
    assert [caution["code"] for caution in planned["advisories"]] == ["interval-passed"]
    return str(planned["id"])


ENDS = {
    "held": ("hold", {"held_at": "2026-03-01T17:00:00Z"}),
    "cancelled": ("call-off", {"state": "cancelled", "reason": "Snow"}),
}


@pytest.mark.parametrize("state", ENDS)
async def test_rule_f7_what_planning_advised_ends_with_the_planning(council: Council, state: str) -> None:
    """The advisories clear once, after the event of what ended them; the meeting still tells what was advised."""
    api, forum, chair, _ = council
    planned = await far_off(api, forum, chair)
    await api.ok("POST", f"/meetings/{planned}/call-off", {"state": "postponed", "reason": "Flu"})
    assert await advised(api, forum, "open") == ["interval-passed"]  # it is still to be planned anew
    step, body = ENDS[state]
    before = len(await api.events())
    ended = await api.ok("POST", f"/meetings/{planned}/{step}", body)
    assert await advised(api, forum, "open") == []
    assert await advised(api, forum, "cleared") == ["interval-passed"]
    assert [caution["code"] for caution in ended["advisories"]] == ["interval-passed"]
    told = [event["type"].removeprefix("org.beatbook.forum.") for event in (await api.events())[before:]]
    first = {"held": "meeting.held.v1", "cancelled": "meeting.called_off.v1"}[state]
    assert [kind for kind in told if kind in {first, "advisory.cleared.v1"}] == [first, "advisory.cleared.v1"]


async def test_rule_f10_marks_are_of_who_sat_on_that_day(council: Council) -> None:
    """Every seat that had not begun, or was over, is told of at once; the day is the forum's."""
    api, forum, chair, _ = council
    over = MEMBER | {"name": "Over", "sector": "ngo", "term_end": "2026-02-28"}
    new = MEMBER | {"name": "New", "sector": "ngo", "term_start": "2026-03-02"}
    seats = {seat["name"]: (await api.ok("POST", f"/forums/{forum}/members", seat))["id"] for seat in (over, new)}
    planned = (await api.ok("POST", f"/forums/{forum}/meetings", meeting("2026-03-01T23:30:00Z")))["id"]
    marks = [{"member_id": seat, "status": "present"} for seat in (chair, *seats.values())]
    held = {"held_at": "2026-03-01T23:30:00Z", "attendance": marks}
    before = await api.fingerprint()
    refused = await api("POST", f"/meetings/{planned}/hold", held)
    assert (refused.status_code, refused.json()["code"]) == (422, "not-holdable")
    assert {line.split(":")[0] for line in refused.json()["unmet"]} == {
        f"Seat {seats['Over']} ended on 2026-02-28, before the meeting of 2026-03-01",
        f"Seat {seats['New']} begins on 2026-03-02, after the meeting of 2026-03-01",
    }
    assert "Over" not in refused.text
    assert await api.fingerprint() == before
    await api.ok("PATCH", f"/forums/{forum}", {"time_zone": "Europe/Belgrade"})  # half past midnight of 2 March
    refused = await api("POST", f"/meetings/{planned}/hold", held)
    assert [line.split()[1] for line in refused.json()["unmet"]] == [seats["Over"]]
    await api.ok("POST", f"/meetings/{planned}/hold", held | {"attendance": [marks[0], marks[2]]})


async def test_rule_f11_the_chair_who_approves_is_the_days(council: Council) -> None:
    """A role that begins later, or was handed on, approves nothing."""
    api, forum, chair, _ = council
    minutes = []
    for day in ("01", "02"):
        held = await hold(api, forum, chair, f"2026-03-{day}T17:00:00Z")
        minutes.append((await api.ok("POST", f"/meetings/{held}/minutes", {"items": [{"heading": "h"}]}))["id"])
        await api.ok("POST", f"/minutes/{minutes[-1]}/circulate")
    await api.ok("PATCH", f"/forums/{forum}/members/{chair}", {"role": "member"})
    await api.ok("POST", f"/forums/{forum}/members", CHAIR | {"name": "Next", "term_start": "2026-03-16"})
    refused = await api("POST", f"/minutes/{minutes[0]}/approve", {"by": "chair"})
    assert (refused.status_code, refused.json()["rule"]) == (422, "F11")
    api.now = api.now.replace(day=16)
    await api.ok("POST", f"/minutes/{minutes[0]}/approve", {"by": "chair"})
    await api.ok("POST", f"/minutes/{minutes[1]}/approve", {"by": "chair"})


async def climates(api: Api, forum: str, *noted: str) -> list[str]:
    """Meetings held one after the other, with what was noted of each."""
    found = []
    for number, climate in enumerate(noted, start=1):
        start = f"2026-03-0{number}T17:00:00Z"
        planned = (await api.ok("POST", f"/forums/{forum}/meetings", meeting(start)))["id"]
        said: dict[str, Any] = {"climate": {"climate": climate, "noted": "Words"}} if climate else {}
        await api.ok("POST", f"/meetings/{planned}/hold", {"held_at": start, **said})
        found.append(planned)
    return found


async def standing(api: Api, forum: str) -> list[str]:
    found = await api.ok("GET", f"/forums/{forum}/signals", state="standing")
    return [signal["code"] for signal in found["items"]]


async def test_rule_f17_a_climate_noted_wrongly_is_put_right_and_the_signals_with_it(council: Council) -> None:
    api, forum, *_ = council
    first, second, _ = await climates(api, forum, "hostile", "hostile", "calm")
    assert await standing(api, forum) == ["hostile-climate"]
    answer = await api("GET", f"/meetings/{second}/climate")
    version = int(answer.headers["ETag"].strip('"'))
    assert (
        await api("PUT", f"/meetings/{second}/climate", {"climate": "tense"}, version=version - 1)
    ).status_code == 412
    assert (await api("PUT", f"/meetings/{second}/climate", {"climate": "tense"}, version=None)).status_code == 428
    before = len(await api.events())
    noted = await api.ok("PUT", f"/meetings/{second}/climate", {"climate": "tense"}, version=version)
    assert noted == {"climate": "tense", "noted": None}
    assert await api.ok("GET", f"/meetings/{second}/climate") == noted
    assert await standing(api, forum) == []
    told = (await api.events())[before:]
    assert [event["type"].split(".", 3)[3] for event in told] == ["meeting.climate_changed.v1", "signal.cleared.v1"]
    assert told[0]["data"] == {"meeting_id": second, "forum_id": forum, "area": "XK.PRI"}
    await api.ok("PUT", f"/meetings/{second}/climate", {"climate": "hostile"})
    assert await standing(api, forum) == ["hostile-climate"]
    assert (await api("PUT", f"/meetings/{first}/climate", {"climate": "stormy"})).status_code == 422


async def test_rule_f17_a_climate_can_be_noted_afterwards_but_not_before(council: Council) -> None:
    api, forum, *_ = council
    (held,) = await climates(api, forum, "")
    assert (await api("GET", f"/meetings/{held}/climate")).status_code == 404
    await api.ok("PUT", f"/meetings/{held}/climate", {"climate": "calm", "noted": "Friendly"})
    assert (await api.ok("GET", f"/meetings/{held}/climate", as_="officer@XK.PRI"))["noted"] == "Friendly"
    planned = (await api.ok("POST", f"/forums/{forum}/meetings", meeting("2026-04-01T17:00:00Z")))["id"]
    assert (await api("PUT", f"/meetings/{planned}/climate", {"climate": "calm"})).status_code == 409
