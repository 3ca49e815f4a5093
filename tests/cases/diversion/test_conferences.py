"""Restorative meetings: two consents held apart, a screen before, a stop at any time. Rule C9a."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tests.cases.diversion.conftest import OFFICER, TODAY, Open, Walk

CODE = "example-restorative-conference"


async def planned(opened: Open, load: Any, **changes: Any) -> Walk:
    """A case that is agreed, with a meeting planned and nobody's consent to it."""
    await load("restorative-conference")
    case = await opened()
    await case.assess(CODE)
    await case.step("assessed")
    await case.step("offered")
    for capacity in ("responsible", "guardian", "victim"):
        await case.consent(capacity)
    await case.term("meeting", TODAY + timedelta(days=20))
    await case.step("agreed")
    plan = {"victim_id": case.people["victim"], "responsible_id": case.people["responsible"], "facilitator": "fay",
            "starts_at": "2026-03-20T17:00:00+01:00", "place": "Community centre"}  # fmt: skip
    await case.does("PUT", "/conference", plan | changes)
    return case


async def ready(opened: Open, load: Any, **changes: Any) -> Walk:
    case = await planned(opened, load, **changes)
    await case.does("PUT", "/conference/screening", {"is_safe": True, "text": "Both were asked alone."})
    for capacity in ("victim", "responsible", "guardian"):
        await case.consent(capacity, "meeting")
    return case


async def test_it_starts_when_screened_and_consented_to_and_says_all_that_is_missing(opened: Open, load: Any) -> None:
    case = await planned(opened, load)
    assert await case.refused("POST", "/conference/start") == ["screening", "consents", "consents", "consents"]
    await case.does("PUT", "/conference/screening", {"is_safe": False, "text": "Threats were made."})
    for capacity in ("victim", "responsible", "guardian"):
        await case.consent(capacity, "meeting")
    assert await case.refused("POST", "/conference/start") == ["screening"]
    await case.does("PUT", "/conference/screening", {"is_safe": True, "text": "Seen again."})
    await case.does("POST", "/conference/start")
    await case.step("under_way")
    await case.does("POST", "/conference/hold", {"text": "They shook hands."})
    repair = await case.term("repair", TODAY + timedelta(days=30), amount=20_000)
    meeting = (await case.does("GET", "/agreement"))["terms"][0]["id"]
    for term in (meeting, repair):
        assert f"terms.{term}" in await case.refused("POST", "/steps", {"to": "completed"})
        await case.does("POST", f"/agreement/terms/{term}/settle", {"state": "done", "settled_on": TODAY.isoformat()})
    await case.step("completed")


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("by", ["victim", "responsible"])
async def test_either_side_stops_it_at_once(opened: Open, load: Any, database: Any, by: str, started: bool) -> None:
    case = await ready(opened, load)
    if started:
        await case.does("POST", "/conference/start")
        await case.step("under_way")
    stopped = await case.does("POST", "/conference/stop", {"by": by}, free=True)
    assert (stopped["state"], stopped["stopped_by"]) == ("stopped", by)
    assert (await case.does("POST", "/conference/stop", {"by": by}, free=True))["state"] == "stopped"
    assert (await case.send("POST", "/conference/start")).status_code == 409
    standing = {item["capacity"] for item in (await case.does("GET", ""))["consents"]
                if item["purpose"] == "meeting" and item["withdrawn_at"] is None}  # fmt: skip
    assert by not in standing
    told = await database.fetch("select data::text from events where type like '%meeting_ended%'")
    assert len(told) == 1
    assert '"victim"' not in told[0]["data"]


async def test_withdrawing_consent_to_it_stops_it_in_the_same_moment(opened: Open, load: Any) -> None:
    case = await ready(opened, load)
    await case.does("POST", "/conference/start")
    consents = (await case.does("GET", ""))["consents"]
    victims = next(item for item in consents if (item["capacity"], item["purpose"]) == ("victim", "meeting"))
    await case.does("POST", f"/consents/{victims['id']}/withdraw", free=True)
    assert (await case.does("GET", "/conference"))["state"] == "stopped"


async def test_what_the_victim_stops_is_not_held_against_the_other(opened: Open, load: Any) -> None:
    case = await ready(opened, load)
    await case.step("under_way")
    await case.does("POST", "/conference/stop", {"by": "victim"}, free=True)
    (term,) = (await case.does("GET", "/agreement"))["terms"]
    waived = {"state": "waived", "settled_on": TODAY.isoformat(), "waived_for": "victim_declined"}
    await case.does("POST", f"/agreement/terms/{term['id']}/settle", waived)
    apology = await case.term("apology", TODAY)
    await case.does("POST", f"/agreement/terms/{apology}/settle", {"state": "done", "settled_on": TODAY.isoformat()})
    await case.step("completed")


async def test_neither_sheet_holds_anything_of_the_other_side(opened: Open, load: Any) -> None:
    case = await ready(opened, load)
    await case.does("POST", "/conference/stop", {"by": "victim", "text": "I am afraid of him."}, free=True)
    for side, other in (("victim", "responsible"), ("responsible", "victim")):
        answer = await case.send("GET", f"/conference/sheets/{side}")
        sheet = answer.json()
        capacities = {item["capacity"] for item in sheet["consents"]}
        assert capacities == ({"victim"} if side == "victim" else {"responsible", "guardian"})
        for secret in (case.people[other], f"{other}@example.org", "555 666", "afraid", "asked alone", "stopped_by"):
            assert secret not in answer.text
        assert sheet["may_stop_at_any_time"]


async def test_an_agency_that_leads_it_sees_how_it_stands_and_nobody(opened: Open, load: Any, call: Any) -> None:
    case = await ready(opened, load, agency="mediators")
    partner: dict[str, Any] = {"as_": ["partner@XK.PRI"], "subject": "mia", "agency": "mediators"}
    answer = await call("GET", f"{case.path}/conference", **partner)
    view = answer.json()
    assert (view["state"], view["unmet"]) == ("planned", [])
    hidden = ("place", "victim_id", "responsible_id", "screening", "result", "stopped_by")
    assert [view[name] for name in hidden] == [None] * 6
    for part in ("", "/steps", "/agreement", "/conference/sheets/victim"):
        assert (await call("GET", case.path + part, **partner)).status_code == 403
    assert (await call("GET", f"/v1/cases/{case.id}/people", **partner)).status_code == 403
    assert (await call("GET", f"{case.path}/conference", **(partner | {"agency": "others"}))).status_code == 404
    stopped = await call("POST", f"{case.path}/conference/stop", {"by": "facilitator"}, **partner)
    assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")
    assert (await case.does("GET", "/conference"))["stopped_by"] == "facilitator"
    await case.step("returned", reason="meeting_stopped")
    assert (await call("GET", f"{case.path}/conference", **partner)).status_code == 404


async def test_a_meeting_is_for_programmes_with_one_and_for_people_of_the_right_side(
    opened: Open, load: Any, call: Any
) -> None:
    case = await planned(opened, load)
    wrong = {"victim_id": case.people["responsible"], "responsible_id": case.people["victim"], "facilitator": "fay",
             "starts_at": "2026-03-20T17:00:00Z", "place": "x"}  # fmt: skip
    assert (await case.send("PUT", "/conference", wrong)).json()["code"] == "wrong-side"
    await case.step("returned", reason="other")
    assert (await case.does("GET", "/conference"))["stopped_by"] == "case_ended"
    await load("halt-agreement")
    halt = await opened()
    await halt.assess("example-halt-agreement")
    assert (await halt.send("PUT", "/conference", wrong)).json()["code"] == "no-meeting"


async def test_what_is_said_in_it_is_sealed(opened: Open, load: Any, as_clock: asyncpg.Connection) -> None:
    await ready(opened, load)
    (row,) = await as_clock.fetch("select * from conferences")
    assert "Community centre" not in str(tuple(row.values()))
    assert "asked alone" not in str(tuple(row.values()))


async def test_who_has_no_part_does_not_learn_of_it(opened: Open, load: Any) -> None:
    case = await ready(opened, load)
    strangers: list[dict[str, Any]] = [{"subject": "ben"}, {"as_": ("officer@XK.PEC",)}, {"as_": ("council@XK",)}]
    for stranger in strangers:
        for method, part, body in (("GET", "/conference", None), ("POST", "/conference/stop", {"by": "victim"}),
                                   ("POST", "/steps", {"to": "under_way"}), ("GET", "/follow-ups", None),
                                   ("PUT", "/assessment", None), ("POST", "/agreement/terms", None)):  # fmt: skip
            answer = await case.send(method, part, body, **({"as_": OFFICER} | stranger))
            assert answer.status_code in {404, 422}, (method, part)
            assert answer.status_code == 404 or body is None
    assert (await case.does("GET", "/conference"))["state"] == "planned"


async def test_of_stopping_and_holding_it_at_once_one_takes_effect(opened: Open, load: Any, database: Any) -> None:
    case = await ready(opened, load)
    await case.does("POST", "/conference/start")
    answers = await asyncio.gather(
        case.send("POST", "/conference/hold", {"text": "Held."}),
        *(case.send("POST", "/conference/stop", {"by": "victim"}, free=True) for _ in range(3)),
    )
    state = (await case.does("GET", "/conference"))["state"]
    codes = [answer.status_code for answer in answers]
    assert codes == ([200, 409, 409, 409] if state == "held" else [codes[0], 200, 200, 200])
    assert state == "held" or codes[0] in {409, 412}
    assert await database.fetchval("select count(*) from events where type like '%meeting_ended%'") == 1
