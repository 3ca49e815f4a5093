"""What planning a meeting says besides: advisories by place, hour and trust, emergencies, how long it takes. F7, F8."""

from tests.forum.conftest import Api, meeting

Council = tuple[Api, str, str, str]
SAFETY = [{"title": "Walking home", "personal_safety": True}]
LOW = {"level": "low", "measured_on": "2026-03-01", "source": "Survey of residents, spring"}


def cautions(planned: dict[str, object]) -> set[str]:
    advisories = planned["advisories"]
    assert isinstance(advisories, list)
    return {advisory["code"] for advisory in advisories}


async def test_rule_f7_personal_safety_by_day_and_where_people_live(council: Council) -> None:
    api, forum, *_ = council
    await api.ok("PATCH", f"/forums/{forum}", {"time_zone": "Europe/Belgrade"})
    late = meeting("2026-07-01T16:30:00Z", topics=SAFETY, in_area=False, duration_minutes=60)
    planned = await api.ok("POST", f"/forums/{forum}/meetings", late)
    assert cautions(planned) == {"safety-outside-daytime", "safety-outside-area"}
    assert (planned["ends_at"], planned["duration_minutes"]) == ("2026-07-01T17:30:00Z", 60)
    stored = await api.ok("GET", f"/forums/{forum}/advisories", state="open")
    assert {item["code"] for item in stored["items"]} == cautions(planned)
    path = f"/meetings/{planned['id']}"
    by_day = await api.ok("PATCH", path, {"starts_at": "2026-07-01T14:30:00Z", "in_area": True}, version=1)
    assert cautions(by_day) == set()
    longer = await api.ok("PATCH", path, {"duration_minutes": 120}, version=2)
    assert cautions(longer) == {"safety-outside-daytime"}
    assert (await api.ok("GET", f"/forums/{forum}/advisories", state="open"))["items"][0]["rule"] == "F7"


async def test_rule_f7_a_police_station_where_trust_is_low(council: Council) -> None:
    api, forum, *_ = council
    body = meeting("2026-05-01T10:00:00Z", place_kind="police_station")
    assert cautions(await api.ok("POST", f"/forums/{forum}/meetings", body)) == set()
    await api.ok("POST", "/areas/XK/trust-levels", LOW, as_="council@XK")
    assert cautions(await api.ok("POST", f"/forums/{forum}/meetings", body)) == {"police-station-low-trust"}
    own = LOW | {"level": "high", "measured_on": "2025-12-01"}
    noted = await api.ok("POST", "/areas/XK.PRI/trust-levels", own, as_="council@XK.PRI")
    assert cautions(await api.ok("POST", f"/forums/{forum}/meetings", body)) == set()
    listed = await api.ok("GET", "/areas/XK.PRI/trust-levels", as_=None)
    assert (listed["items"], listed["next"]) == ([noted], None)


async def test_a_trust_level_is_dated_sourced_and_of_an_area_that_is_there(country: Api) -> None:
    before = await country.fingerprint()
    for wrong in ({"measured_on": "2026-03-16"}, {"source": " "}, {"level": "none"}, {"value": 3}):
        assert (await country("POST", "/areas/XK.PRI/trust-levels", LOW | wrong)).status_code == 422
    assert (await country("POST", "/areas/XK.NO/trust-levels", LOW)).status_code == 404
    assert (await country("GET", "/areas/XK.NO/trust-levels")).status_code == 404
    assert await country.fingerprint() == before


async def test_rule_f8_an_emergency_meeting_says_which_incident_and_needs_no_notice(council: Council) -> None:
    api, forum, *_ = council
    await api.ok("PATCH", f"/forums/{forum}", {"notice_days": 7})
    soon = meeting("2026-03-17T10:00:00Z")
    assert cautions(await api.ok("POST", f"/forums/{forum}/meetings", soon)) == {"short-notice"}
    why = {"critical_incident": "CI-2026-004", "reason": "Shots at the market"}
    called = await api.ok("POST", f"/forums/{forum}/meetings", soon | {"emergency": why})
    assert (called["emergency"], cautions(called)) == (why, set())
    told = [event for event in await api.events() if event["type"].endswith("meeting.planned.v1")][-1]["data"]
    assert told["critical_incident"] == "CI-2026-004"
    assert "market" not in str(told)
    assert (await api.ok("GET", f"/meetings/{called['id']}", as_=None))["emergency"] == why


async def test_rule_f8_an_emergency_without_its_incident_is_refused(council: Council) -> None:
    api, forum, *_ = council
    before = await api.fingerprint()
    for emergency in (
        {"reason": "Shots"},
        {"critical_incident": "CI-1"},
        {"critical_incident": "Ana Krasniqi was hurt", "reason": "x"},
        {"critical_incident": "CI\n1", "reason": "x"},
        {"critical_incident": "x" * 65, "reason": "x"},
    ):
        body = meeting("2026-03-17T10:00:00Z", emergency=emergency)
        assert (await api("POST", f"/forums/{forum}/meetings", body)).status_code == 422, emergency
    for wrong in ({"duration_minutes": 0}, {"duration_minutes": 1441}, {"in_area": "yes, quite"}):
        assert (await api("POST", f"/forums/{forum}/meetings", meeting(**wrong))).status_code == 422
    assert await api.fingerprint() == before


async def test_a_closed_emergency_meeting_is_not_there_for_strangers(council: Council) -> None:
    api, forum, *_ = council
    why = {"critical_incident": "CI-9", "reason": "Secret reason"}
    body = meeting("2026-03-17T10:00:00Z", public=False, emergency=why)
    called = await api.ok("POST", f"/forums/{forum}/meetings", body)
    assert (await api("GET", f"/meetings/{called['id']}", as_=None)).status_code == 404
    assert "CI-9" not in (await api("GET", f"/forums/{forum}/meetings", as_=None)).text
