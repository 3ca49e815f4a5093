"""Founding forums and changing what they agreed on. Rules F1, F6, F7, F14."""

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from services.forum.settings import ForumSettings
from tests.forum.conftest import COUNCIL, Api

YOUTH = {"area": "XK.PRI.DARDANIA", "kind": "youth", "name": "Youth of Dardania"}
NOBODY = "01890000-0000-7000-8000-000000000000"


async def test_rule_f6_a_special_forum_names_the_general_one_it_reports_into(country: Api) -> None:
    council = (await country.ok("POST", "/forums", COUNCIL))["id"]
    elsewhere = (await country.ok("POST", "/forums", COUNCIL | {"area": "XK.PEC"}))["id"]
    before = await country.fingerprint()
    for body in (
        YOUTH,
        YOUTH | {"reports_to": NOBODY},
        YOUTH | {"reports_to": elsewhere},
        COUNCIL | {"reports_to": council},
    ):
        refused = await country("POST", "/forums", body)
        assert (refused.status_code, refused.json()["code"], refused.json()["rule"]) == (422, "wrong-reporting", "F6")
    assert await country.fingerprint() == before
    for kind in ("youth", "thematic", "women_only"):
        founded = await country.ok("POST", "/forums", YOUTH | {"kind": kind, "reports_to": council})
        assert founded["reports_to"] == council
        assert (await country.events())[-1]["data"]["reports_to"] == council
    refused = await country("POST", "/forums", YOUTH | {"reports_to": founded["id"]})
    assert refused.json()["code"] == "wrong-reporting"
    changed = await country("PATCH", f"/forums/{founded['id']}", {"reports_to": elsewhere}, version=1)
    assert (changed.status_code, changed.json()["code"]) == (422, "wrong-reporting")
    assert (await country("PATCH", f"/forums/{council}", {"reports_to": elsewhere}, version=1)).status_code == 422


async def test_a_forum_says_where_and_how_it_agreed_to_work(country: Api) -> None:
    plain = await country.ok("POST", "/forums", COUNCIL)
    agreed = {"triage_days": 14, "notice_days": 7, "time_zone": "UTC", "languages": [], "reports_to": None}
    assert plain == plain | agreed
    given = {"triage_days": 10, "notice_days": 3, "time_zone": "Europe/Belgrade", "languages": ["sq", "sr"]}
    founded = await country.ok("POST", "/forums", COUNCIL | given)
    assert founded == founded | given
    changed = await country.ok("PATCH", f"/forums/{plain['id']}", given, version=1)
    assert changed == changed | given | {"version": 2, "interval_days": 90}


WRONG = [
    {"time_zone": "Mars/Olympus"},
    {"time_zone": "../../etc/passwd"},
    {"time_zone": "Europe"},
    {"time_zone": ""},
    {"languages": ["Albanian"]},
    {"languages": ["sq"] * 21},
    {"triage_days": 0},
    {"triage_days": 181},
    {"notice_days": -1},
    {"reports_to": "council"},
]


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_no_forum_can_agree_on_is_refused(country: Api, wrong: dict[str, object]) -> None:
    assert (await country("POST", "/forums", COUNCIL | wrong)).status_code == 422


async def test_the_installation_has_a_time_zone_of_its_own(country: Api, settings_for: object) -> None:
    country.http._transport.app.state.settings.default_time_zone = "Africa/Nairobi"  # type: ignore[attr-defined]
    assert (await country.ok("POST", "/forums", COUNCIL))["time_zone"] == "Africa/Nairobi"


@pytest.mark.pure
def test_an_unknown_time_zone_is_no_setting() -> None:
    with pytest.raises(ValidationError, match="IANA"):
        ForumSettings(
            jwks="x",
            database_url="postgresql://x",
            feed_secret="12345678",  # type: ignore[arg-type]
            default_time_zone="Mars/Olympus",
        )


async def test_who_changes_a_forum_waits_for_nobody_who_only_names_it(council: Any) -> None:
    """Else two at once who wrote a concern's step, and then lock its forum to remind it, would wait for each other."""
    api, forum, *_ = council
    async with api.db.transaction():
        await api.db.execute("select 1 from forums where id = $1::text::uuid for key share", forum)
        async with asyncio.timeout(60):
            assert (await api.ok("PATCH", f"/forums/{forum}", {"name": "Council of all"}))["name"] == "Council of all"
