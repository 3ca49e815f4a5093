"""Diversion cases from referral to their end, over HTTP. Rules C8, C9, C10."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tests.cases.diversion.conftest import OFFICER, SUPERVISOR, TODAY, Open, Walk, Watch

HALT, CAUTION = "example-halt-agreement", "example-juvenile-measure"


async def agreed(opened: Open, load: Any) -> tuple[Walk, str]:
    """A Halt agreement under way, with twelve hours of work within 60 days; and the term's id."""
    await load("halt-agreement")
    case = await opened()
    await case.assess(HALT)
    await case.step("assessed")
    await case.step("offered")
    term = await case.term("work", TODAY + timedelta(days=60), hours=12)
    await case.consent("responsible")
    await case.consent("guardian")
    await case.step("agreed")
    await case.step("under_way")
    return case, term


async def test_a_caution_names_all_that_is_missing_and_then_goes_through(opened: Open, load: Any) -> None:
    await load("juvenile-measure")
    case = await opened()
    assert await case.refused("POST", "/steps", {"to": "assessed"}) == ["assessment"]
    found = (await case.assess(CAUTION, responsibility_accepted=False))["eligibility"]
    assert [item["code"] for item in found["obstacles"]] == [
        "responsibility", "agreement", "supervision", "guardian_consent", "prosecutor_consent",
    ]  # fmt: skip
    await case.step("assessed")
    assert await case.refused("POST", "/steps", {"to": "offered"}) == ["responsibility"]
    view = await case.assess(CAUTION)
    assert (view["age_at_act"], view["eligibility"]["eligible"]) == (14, False)
    await case.step("offered")
    asked = {"agreement", "supervision", "guardian_consent", "prosecutor_consent", "terms"}
    assert set(await case.refused("POST", "/steps", {"to": "agreed"})) == asked
    for capacity, purpose in (("responsible", "measure"), ("responsible", "supervision"), ("guardian", "measure"),
                              ("prosecutor", "measure")):  # fmt: skip
        await case.consent(capacity, purpose)
    caution = await case.term("caution", TODAY)
    assert (await case.does("GET", "/steps"))["next"] == {"agreed": [], "declined": ["reason: say why it is declined"],
                                                           "returned": ["reason: say why it is returned"]}  # fmt: skip
    await case.step("agreed")
    await case.step("under_way")
    assert await case.refused("POST", "/steps", {"to": "completed"}) == [f"terms.{caution}"]
    await case.does(
        "POST", f"/agreement/terms/{caution}/settle", {"state": "done", "settled_on": TODAY.isoformat()}
    )  # fmt: skip
    steps = await case.step("completed")
    assert [step["target"] for step in steps["steps"]] == ["assessed", "offered", "agreed", "under_way", "completed"]
    assert steps["next"] == {}
    assert (await case.send("POST", "/steps", {"to": "returned", "reason": "other"})).status_code == 409


async def test_hours_add_up_and_no_more_than_allowed_are_agreed(opened: Open, load: Any) -> None:
    case, term = await agreed(opened, load)
    path = f"/agreement/terms/{term}"
    done = {"state": "done", "settled_on": TODAY.isoformat()}
    session = {"held_on": TODAY.isoformat(), "attended": True, "minutes": 420}
    await case.does("POST", f"{path}/sessions", session)
    absent = await case.does("POST", f"{path}/sessions", {"held_on": TODAY.isoformat(), "attended": False})
    assert (absent["terms"][0]["minutes_left"], absent["minutes_attended"], absent["most_hours"]) == (300, 420, 20)
    assert await case.refused("POST", f"{path}/settle", done) == ["sessions"]
    assert await case.refused("POST", f"{path}/sessions", session | {"held_on": "2026-03-16"}) == ["held_on"]
    await case.does("POST", f"{path}/sessions", session | {"minutes": 300})
    await case.does("POST", f"{path}/settle", done)
    await case.step("completed")


async def test_an_agreement_that_asks_too_much_is_refused_with_every_reason(opened: Open, load: Any) -> None:
    await load("halt-agreement")
    case = await opened()
    await case.assess(HALT)
    await case.step("assessed")
    late = (TODAY + timedelta(weeks=27)).isoformat()
    term = {"kind": "treatment", "text": "x", "due_on": late, "hours": 21, "amount": 5}
    assert await case.refused("POST", "/agreement/terms", term) == ["kind", "hours", "amount", "due_on"]
    await case.term("compensation", TODAY, amount=90_000)
    more = {"kind": "repair", "text": "x", "due_on": TODAY.isoformat(), "amount": 1}
    assert await case.refused("POST", "/agreement/terms", more) == ["amount"]


async def test_a_breach_needs_a_warning_whose_deadline_has_passed(opened: Open, load: Any, watch: Watch) -> None:
    case, term = await agreed(opened, load)
    lead: dict[str, Any] = {"as_": SUPERVISOR, "subject": "sue"}
    assert await case.refused("POST", "/steps", {"to": "breached"}, **lead) == ["warning"]
    warning = {"term_id": term, "text": "By letter.", "deadline_on": (TODAY + timedelta(days=6)).isoformat()}
    assert await case.refused("POST", "/agreement/warnings", warning) == ["deadline_on"]
    await case.does("POST", "/agreement/warnings", warning | {"deadline_on": (TODAY + timedelta(days=7)).isoformat()})
    watch.later(days=7)
    assert await case.refused("POST", "/steps", {"to": "breached"}, **lead) == ["warning"]
    watch.later(days=1)
    assert (await case.send("POST", "/steps", {"to": "breached"})).status_code == 403
    await case.step("breached")
    returned = await case.step("returned", reason="breach", text="To the prosecutor.")
    assert returned["steps"][-1]["text"] == "To the prosecutor."
    assert (await case.does("GET", ""))["outcome"] == "breached"


async def test_new_rules_do_not_change_a_case_decided_under_older_ones(opened: Open, load: Any) -> None:
    first = await load("halt-agreement")
    case = await opened()
    await case.assess(HALT)
    await case.step("assessed")
    await case.step("offered")
    await load("halt-agreement", version=2, min_age=16)
    view = await case.does("GET", "")
    assert view["programme_id"] == first["id"]
    assert "too_young" not in [item["code"] for item in view["eligibility"]["obstacles"]]
    assert (await case.send("PUT", "/assessment", {"programme": HALT, "person_id": case.people["responsible"],
            "domestic_violence": False, "gender_based_violence": False, "responsibility_accepted": True,
            "previous_diversions": 0})).status_code == 409  # fmt: skip
    other = await opened()
    assert "too_young" in [item["code"] for item in (await other.assess(HALT))["eligibility"]["obstacles"]]


@pytest.mark.parametrize("flag", ["domestic_violence", "gender_based_violence"])
async def test_violence_is_never_diverted(
    opened: Open, load: Any, call: Any, database: asyncpg.Connection, flag: str
) -> None:  # fmt: skip
    body = {"area": "XK.PRI", "offence": "0201", "act_on": "2026-03-01", "referred_by": "police", "text": "x",
            "domestic_violence": False, "gender_based_violence": False}  # fmt: skip
    for refused in (body | {flag: True}, body | {"offence": "0301"}):
        answer = await call("POST", "/v1/diversions", refused, as_=["officer@XK.PRI"])
        assert (answer.status_code, answer.json()["rule"]) == (422, "C9")
        assert any("support agency" in way for way in answer.json()["unmet"])
    assert await database.fetchval("select count(*) from audit_heads") == 0
    case, term = await agreed(opened, load)
    await case.does("PATCH", "", {flag: True})
    await case.does("POST", f"/agreement/terms/{term}/settle",
                    {"state": "waived", "settled_on": TODAY.isoformat(), "waived_for": "impossible"})  # fmt: skip
    stuck = await case.send("POST", "/steps", {"to": "completed"})
    assert flag in [item.partition(":")[0] for item in stuck.json()["unmet"]]
    assert len(stuck.json()["referral_way"]) == 4
    assert (await case.send("PATCH", "", {flag: False})).status_code == 409
    await case.step("returned", reason="violence")


async def test_withdrawn_consent_ends_what_needs_it(opened: Open, load: Any) -> None:
    case, term = await agreed(opened, load)
    consents = (await case.does("GET", ""))["consents"]
    await case.does("POST", f"/consents/{consents[0]['id']}/withdraw", free=True)
    again = await case.does("POST", f"/consents/{consents[0]['id']}/withdraw", free=True)
    assert [item["withdrawn_at"] is None for item in again["consents"]] == [False, True]
    assert set(await case.refused("POST", "/steps", {"to": "completed"})) == {"agreement", f"terms.{term}"}
    await case.step("declined", reason="consent_withdrawn")


async def test_what_is_written_is_sealed_and_events_know_nobody(
    opened: Open, load: Any, as_clock: asyncpg.Connection
) -> None:  # fmt: skip
    case, _ = await agreed(opened, load)
    for table in ("diversions", "diversion_terms", "diversion_consents", "diversion_steps", "people", "events"):
        rows = str([tuple(row.values()) for row in await as_clock.fetch(f"select * from {table}")])
        assert rows != "[]"
        for secret in ("Sprayed", "what is to be done", "2026-03-01'", "example.org", "2011-05-10"):
            assert secret not in rows, (table, secret)
    assert (await case.send("GET", "")).headers["cache-control"] == "no-store"


async def test_an_end_sets_how_long_the_record_is_kept(
    opened: Open, load: Any, as_clock: asyncpg.Connection
) -> None:  # fmt: skip
    case, term = await agreed(opened, load)
    settled = {"state": "waived", "settled_on": TODAY.isoformat(), "waived_for": "hardship"}
    await case.does("POST", f"/agreement/terms/{term}/settle", settled)
    await case.step("returned", reason="new_facts")
    file = await as_clock.fetchrow("select closed_at, keep_until from case_files")
    assert file is not None
    assert file["closed_at"] is not None
    assert file["keep_until"].isoformat() == "2027-03-15"


async def test_each_change_starts_from_the_version_seen(opened: Open, load: Any) -> None:
    await load("halt-agreement")
    case = await opened()
    seen = case.version
    await case.assess(HALT)
    case.version = seen
    assert (await case.send("POST", "/steps", {"to": "assessed"})).status_code == 412
    assert (await case.send("POST", "/steps", {"to": "assessed"}, free=True)).status_code == 428


async def test_nobody_consents_in_a_capacity_that_is_not_theirs(opened: Open, load: Any) -> None:
    await load("halt-agreement")
    case = await opened()
    body = {"capacity": "guardian", "purpose": "measure", "form": "written", "given_on": TODAY.isoformat()}
    for who in (None, case.people["responsible"], case.people["victim"]):
        assert (await case.send("POST", "/consents", body | {"person_id": who})).json()["code"] == "who-consents"
    prosecutor = body | {"capacity": "prosecutor", "person_id": case.people["victim"]}
    assert (await case.send("POST", "/consents", prosecutor)).json()["code"] == "who-consents"
    ahead = body | {"person_id": case.people["guardian"], "given_on": (TODAY + timedelta(days=1)).isoformat()}
    assert (await case.send("POST", "/consents", ahead)).json()["code"] == "consent-ahead"
    assert (await case.does("GET", ""))["consents"] == []


async def test_a_guardian_speaks_for_the_side_they_answer_for_and_for_no_other(
    opened: Open, load: Any, call: Any
) -> None:  # fmt: skip
    # Rule C9a: the guardian of who is responsible does not consent for the victim, nor the other way about.
    await load("restorative-conference")
    case = await opened()
    body = {"purpose": "meeting", "form": "written", "given_on": TODAY.isoformat()}
    guardian = {"capacity": "victim", "person_id": case.people["guardian"]}
    assert (await case.send("POST", "/consents", body | guardian)).json()["code"] == "who-consents"
    ward = {"role": "guardian", "given_names": "aunt", "guardian_of": [case.people["victim"]]}
    aunt = (await call("POST", f"/v1/cases/{case.id}/people", ward, as_=OFFICER)).json()["id"]
    other = body | {"capacity": "guardian", "person_id": aunt}
    assert (await case.send("POST", "/consents", other)).json()["code"] == "who-consents"
    await case.does("POST", "/consents", body | {"capacity": "victim", "person_id": aunt})
    await case.consent("guardian", "meeting")


async def test_days_and_numbers_that_no_calendar_has_are_refused(opened: Open, load: Any) -> None:
    await load("restorative-conference")
    case = await opened()
    await case.assess("example-restorative-conference")
    plan = {"victim_id": case.people["victim"], "responsible_id": case.people["responsible"], "facilitator": "fay",
            "starts_at": "9999-12-31T23:59:59-14:00", "place": "Hall"}  # fmt: skip
    assert (await case.send("PUT", "/conference", plan)).status_code == 422
    assert (await case.send("PUT", f"/follow-ups/{10**14}", {"reoffended": True})).status_code == 422
    assert (await case.send("PUT", "/follow-ups/7", {"reoffended": True})).status_code == 422


async def test_a_term_that_is_flawed_is_told_all_that_is(opened: Open, load: Any) -> None:
    await load("halt-agreement")
    case = await opened()
    await case.assess(HALT)
    early = await case.send("POST", "/agreement/terms", {"kind": "work", "text": "x", "due_on": TODAY.isoformat()})
    assert (early.status_code, "assessed" in early.json()["detail"]) == (409, True)
    await case.step("assessed")
    past = {"kind": "work", "text": "x", "due_on": (TODAY - timedelta(days=1)).isoformat(), "hours": 1000, "amount": 5}
    assert await case.refused("POST", "/agreement/terms", past) == ["hours", "amount", "due_on"]


async def test_team_and_supervisor_are_set_by_who_leads(opened: Open, load: Any) -> None:
    case = await opened()
    assert (await case.send("PATCH", "", {"team": ["ben"]})).status_code == 403
    changed = await case.does("PATCH", "", {"team": ["ben"], "supervisor": "sue"}, as_=SUPERVISOR, subject="sue")
    assert (changed["team"], changed["supervisor"]) == (["ben"], "sue")
    assert (await case.send("GET", "")).status_code == 404
    assert (await case.does("GET", "", subject="ben"))["text"] == "Sprayed the school's wall."


async def test_eligibility_is_answered_without_a_case_and_nothing_of_it_is_kept(
    load: Any, call: Any, database: asyncpg.Connection
) -> None:
    programme = (await load("halt-agreement"))["id"]
    asked = {"programme_id": programme, "act_on": "2026-03-01", "born_on": "2014-03-01", "offence": "0504",
             "domestic_violence": False, "gender_based_violence": False, "responsibility_accepted": True,
             "previous_diversions": 0, "consents": [["responsible", "measure"], ["guardian", "measure"]]}  # fmt: skip
    path = "/v1/diversions/eligibility"
    assert (await call("POST", path, asked)).json() == {"eligible": True, "obstacles": [], "referral_way": []}
    young = (await call("POST", path, asked | {"born_on": "2014-03-02", "domestic_violence": True})).json()
    assert [item["code"] for item in young["obstacles"]] == ["domestic_violence", "too_young"]
    assert young["referral_way"]
    for table in ("case_files", "audit_heads"):
        assert await database.fetchval(f"select count(*) from {table}") == 0
