"""Agencies and memoranda over HTTP. Rule C11."""

from typing import Any

import asyncpg
import httpx
import pytest

from beatbook.contracts.actor import Role
from tests.cases.conftest import Call

SHELTER = {
    "code": "safe-house",
    "name": "Safe House Prishtina",
    "services": ["shelter", "victim_support"],
    "areas": ["XK.PRI"],
    "languages": ["sq", "sr"],
    "zone": "Europe/Belgrade",
    "hours": [{"day": "sunday", "opens": "13:00", "closes": "02:00"}],
    "contact": {"telephone": "+383 38 000 000"},
}
"""Open at NOW, a Sunday at noon by UTC: one o'clock there."""
MEMORANDUM = {
    "services": ["shelter"],
    "areas": ["XK.PRI"],
    "categories": ["identity", "contact", "needs"],
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
}
SUPERVISOR = ["supervisor@XK.PRI"]


@pytest.fixture
async def shelter(call: Call) -> dict[str, Any]:
    answer = await call("POST", "/v1/agencies", SHELTER, as_=SUPERVISOR)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def codes(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


async def test_found_by_service_area_language_and_hours(call: Call, shelter: dict[str, Any]) -> None:
    mediators = SHELTER | {"code": "mediators", "services": ["mediation"], "areas": ["XK"], "languages": ["tr"],
                           "zone": "America/New_York"}  # fmt: skip
    assert (await call("POST", "/v1/agencies", mediators, as_=["council@XK"])).status_code == 201
    for query, found in {
        "": ["safe-house", "mediators"],
        "service=mediation": ["mediators"],
        "area=XK.PRI.DARDANIA": ["safe-house", "mediators"],
        "area=XK": ["safe-house", "mediators"],
        "area=XK.PEC": ["mediators"],
        "language=sr": ["safe-house"],
        "open_now=true": ["safe-house"],
        "open_now=true&service=mediation": [],
        "limit=1": ["safe-house"],
    }.items():
        assert codes(await call("GET", f"/v1/agencies?{query}", as_=["officer@XK.PRI.DARDANIA"])) == found, query
    assert codes(await call("GET", "/v1/agencies", as_=["officer@XK.PEC"])) == ["mediators"]


async def test_who_registers_and_who_reads(
    call: Call, shelter: dict[str, Any], subtests: pytest.Subtests
) -> None:  # fmt: skip
    """Rule C11: kept by who knows an area's organisations, read by who works there, hidden from everybody else."""
    for role in Role:
        with subtests.test(role.value):
            await registers_and_reads(call, role)


async def registers_and_reads(call: Call, role: Role) -> None:
    keeps = role in {Role.ADMIN, Role.COUNCIL, Role.SUPERVISOR}
    reads = keeps or role in {Role.OFFICER, Role.ADVISOR, Role.FORUM_MEMBER}
    as_ = [f"{role}@XK.PRI"]
    code = f"other-{role}".replace("_", "-")
    other = await call("POST", "/v1/agencies", SHELTER | {"code": code}, as_=as_)
    assert other.status_code == (201 if keeps else 403)
    assert (await call("GET", f"/v1/agencies/{code}", as_=["admin@XK"])).status_code == (200 if keeps else 404)
    assert (await call("GET", "/v1/agencies/safe-house", as_=as_)).status_code == (200 if reads else 404)
    version = (await call("GET", "/v1/agencies/safe-house", as_=["admin@XK"])).json()["version"]
    changed = await call("PATCH", "/v1/agencies/safe-house", {"name": "X"}, as_=as_, version=version)
    assert changed.status_code == (200 if keeps else 403 if reads else 404)
    signed = await call("POST", "/v1/agencies/safe-house/memoranda", MEMORANDUM, as_=as_)
    signs = role in {Role.ADMIN, Role.SUPERVISOR}
    assert signed.status_code == (201 if signs else 403 if reads else 404)


async def test_changes_start_from_the_version_read_and_reach_no_further_than_grants(
    call: Call, shelter: dict[str, Any]
) -> None:
    patch = {"areas": ["XK.PRI", "XK.PEC"], "hours": []}
    assert (await call("PATCH", "/v1/agencies/safe-house", patch, as_=SUPERVISOR, version=1)).status_code == 403
    answer = await call("PATCH", "/v1/agencies/safe-house", patch, as_=["admin@XK"], version=1)
    assert answer.json()["areas"] == ["XK.PEC", "XK.PRI"]
    assert codes(await call("GET", "/v1/agencies?open_now=true", as_=SUPERVISOR)) == []
    assert (await call("PATCH", "/v1/agencies/safe-house", patch, as_=["admin@XK"], version=1)).status_code == 412
    gone = await call("PATCH", "/v1/agencies/safe-house", {"is_active": False}, as_=["admin@XK"], version=2)
    assert gone.json()["is_active"] is False
    assert codes(await call("GET", "/v1/agencies", as_=SUPERVISOR)) == []


async def test_what_an_agency_is_refused_for(call: Call, shelter: dict[str, Any]) -> None:
    taken = await call("POST", "/v1/agencies", SHELTER, as_=SUPERVISOR)
    assert (taken.status_code, taken.json()["code"]) == (409, "code-taken")
    unknown = await call("POST", "/v1/agencies", SHELTER | {"code": "x-y", "areas": ["XK.NIX"]}, as_=["admin@XK"])
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_area")
    for wrong in ({"zone": "Mars/Olympus"}, {"hours": [{"day": "monday", "opens": "24:00", "closes": "01:00"}]}):
        refused = await call("POST", "/v1/agencies", SHELTER | {"code": "x-y"} | wrong, as_=["admin@XK"])
        assert refused.status_code == 422
    nothing = await call("PATCH", "/v1/agencies/safe-house", {"name": None}, as_=SUPERVISOR, version=1)
    assert (nothing.status_code, nothing.json()["unmet"]) == (422, ["name"])


async def test_memoranda_are_numbered_replaced_and_ended(
    call: Call, shelter: dict[str, Any], database: asyncpg.Connection
) -> None:
    path = "/v1/agencies/safe-house/memoranda"
    first = (await call("POST", path, MEMORANDUM, as_=SUPERVISOR)).json()
    second = (await call("POST", path, MEMORANDUM | {"replaces": first["id"]}, as_=SUPERVISOR)).json()
    ours = {"as_": ["partner@XK.PRI"], "subject": "ngo", "agency": "safe-house"}
    listed = (await call("GET", path, **ours)).json()["items"]
    assert [(item["number"], item["end_reason"]) for item in listed] == [(1, "replaced"), (2, None)]
    assert (await call("GET", path, **ours | {"agency": "others"})).status_code == 404
    end = f"{path}/{second['id']}/end"
    assert (await call("POST", end, {"reason": "breached"}, as_=SUPERVISOR)).status_code == 428
    assert (await call("POST", end, {"reason": "breached"}, **ours, version=1)).status_code == 403
    ended = await call("POST", end, {"reason": "breached"}, as_=SUPERVISOR, version=1)
    assert (ended.status_code, ended.json()["end_reason"]) == (200, "breached")
    again = await call("POST", end, {"reason": "by_us"}, as_=SUPERVISOR, version=2)
    assert (again.status_code, again.json()["code"]) == (409, "ended")
    told = await database.fetch("select type from events order by seq")
    assert [row["type"].split("cases.")[1] for row in told] == [
        "agency.registered.v1", "memorandum.signed.v1", "memorandum.signed.v1", "memorandum.ended.v1",
        "memorandum.ended.v1",
    ]  # fmt: skip
    flawed = MEMORANDUM | {"services": ["housing"], "ends_on": "2026-01-31"}
    refused = await call("POST", path, flawed, as_=SUPERVISOR)
    assert (refused.status_code, len(refused.json()["unmet"])) == (422, 2)
