"""The register over HTTP. Rules A1 to A3."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from beatbook.contracts.areas import parent_of
from tests.forum.conftest import COUNTRY, MAPPING, Api, collection, feature

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the shared data sets are not beside the project")

REAL = {
    "Northumbria": (
        ["northumbria_asb_2022/wards.geojson", "northumbria_asb_2022/districts.geojson"],
        ["population_2021"],
        {"code": "NORTHUMBRIA", "name": "Northumbria"},
        (184, 6, 177),
    ),
    "Kosovo": (
        ["kosovo_admin/adm2.geojson", "kosovo_admin/adm0.geojson", "kosovo_admin/adm1.geojson"],
        ["population_2024", "population_2024_sum_of_children"],
        None,
        (46, 7, 38),
    ),
}


@needs_data
@pytest.mark.parametrize("name", REAL)
async def test_a_real_country_is_imported_whole_and_again_without_a_change(api: Api, name: str) -> None:
    files, population, root, (everything, municipal, neighbourhoods) = REAL[name]
    request = {
        "mapping": MAPPING | {"population": population},
        "root": root,
        "collections": [json.loads((DATA / file).read_text()) for file in files],
    }
    report = await api.ok("POST", "/areas/imports", request, as_=f"admin@{_country(request)}")
    assert report == report | {"registered": everything, "revised": 0, "unchanged": 0, "refused": []}
    areas = [area for tier in ("national", "municipal", "neighbourhood") for area in await _all(api, tier=tier)]
    tiers = [sum(area["tier"] == tier for area in areas) for tier in ("municipal", "neighbourhood")]
    assert tiers == [municipal, neighbourhoods]
    known = {area["code"] for area in areas}
    assert all(area["parent"] == parent_of(area["code"]) and area["parent"] in known | {None} for area in areas)
    assert len(await api.events()) == everything
    before = await api.fingerprint()
    again = await api.ok("POST", "/areas/imports", request, as_=f"admin@{_country(request)}")
    assert again == report | {"registered": 0, "unchanged": everything}
    assert await api.fingerprint() == before


def _country(request: dict[str, Any]) -> str:
    if request["root"]:
        return str(request["root"]["code"])
    tops = [f for c in request["collections"] for f in c["features"] if f["properties"]["parent_code"] is None]
    return str(tops[0]["properties"]["code"])


async def _all(api: Api, **query: Any) -> list[dict[str, Any]]:
    found, after = [], None
    while True:
        page = await api.ok("GET", "/areas", limit=100, **query | ({"after": after} if after else {}))
        found += page["items"]
        after = page["next"]
        if after is None:
            return found


async def test_the_register_is_public(country: Api) -> None:
    area = await country("GET", "/areas/XK.PRI", as_=None)
    assert area.json()["population"] == 600
    assert area.json()["boundary"]["type"] == "Polygon"
    assert area.headers["ETag"] == '"1"'
    listed = await country.ok("GET", "/areas", as_=None, within="XK.PRI")
    assert [(item["code"], item["boundary"]) for item in listed["items"]] == [
        ("XK.PRI", None),
        ("XK.PRI.DARDANIA", None),
    ]
    for query, codes in (
        ({"parent": "XK"}, ["XK.PEC", "XK.PRI"]),
        ({"tier": "national"}, ["XK"]),
        ({"codes": "XK.PEC,XK,NO"}, ["XK", "XK.PEC"]),
        ({"within": "XK.P"}, []),
    ):
        assert [area["code"] for area in (await country.ok("GET", "/areas", as_=None, **query))["items"]] == codes


async def test_pages_cover_the_register_once(country: Api) -> None:
    seen, after = [], None
    for _ in range(4):
        page = await country.ok("GET", "/areas", as_=None, limit=1, **({"after": after} if after else {}))
        seen += [area["code"] for area in page["items"]]
        after = page["next"]
    assert (seen, after) == (["XK", "XK.PEC", "XK.PRI", "XK.PRI.DARDANIA"], None)


async def test_a_map_shows_the_areas_below_or_the_area_itself(country: Api) -> None:
    for code, shown in (("XK", ["XK.PEC", "XK.PRI"]), ("XK.PRI.DARDANIA", ["XK.PRI.DARDANIA"])):
        answer = await country("GET", f"/areas/{code}/map", as_=None)
        assert answer.headers["Content-Type"] == "application/geo+json"
        assert [item["properties"]["code"] for item in answer.json()["features"]] == shown
    assert (await country("GET", "/areas/XK.NO/map", as_=None)).status_code == 404


async def test_an_import_revises_what_changed_and_keeps_what_it_does_not_know(country: Api) -> None:
    changed = collection(
        feature("XK", None, population=1000),
        feature("PRI", "XK", population=650),
        feature("PEC", "XK"),
        feature("NEW", "XK"),
    )
    before = len(await country.events())
    report = await country.ok("POST", "/areas/imports", {"mapping": MAPPING, "collections": [changed]})
    assert (report["registered"], report["revised"], report["unchanged"]) == (1, 1, 2)
    assert (await country.ok("GET", "/areas/XK.PEC"))["population"] == 400
    told = await country.events(after=before)
    assert sorted((event["area"], event["data"]["population"]) for event in told) == [("XK.NEW", None), ("XK.PRI", 650)]


async def test_the_report_says_where_each_refused_feature_stands(country: Api) -> None:
    request = {
        "mapping": MAPPING,
        "collections": [collection(feature("ONE", "XK")), collection(feature("TWO", "NOWHERE"), feature("ONE", "XK"))],
    }
    report = await country.ok("POST", "/areas/imports", request)
    assert report["registered"] == 1
    where = [(item["collection"], item["feature"], item["code"], item["reason"]) for item in report["refused"]]
    assert where == [(1, 0, "TWO", "no_parent"), (1, 1, "ONE", "duplicate_code")]


async def test_two_imports_at_once_register_each_area_once(api: Api) -> None:
    request = {"mapping": MAPPING, "collections": [COUNTRY]}
    reports = await asyncio.gather(*(api.ok("POST", "/areas/imports", request) for _ in range(3)))
    assert sorted(report["registered"] for report in reports) == [0, 0, 4]
    assert len(await api.events()) == 4


async def test_a_closed_area_and_what_lies_in_it_is_imported_no_more(country: Api) -> None:
    closing = {"closed_on": "2026-03-01", "successors": ["XK.PEC"]}
    refused = await country("POST", "/areas/XK.PRI/close", closing, version=1)
    assert (refused.status_code, refused.json()["unmet"]) == (409, ["XK.PRI.DARDANIA"])
    await country.ok("POST", "/areas/XK.PRI.DARDANIA/close", closing, version=1)
    closed = await country.ok("POST", "/areas/XK.PRI/close", closing, version=1)
    assert (closed["valid_to"], closed["successors"]) == ("2026-03-01", ["XK.PEC"])
    event = (await country.events())[-1]
    assert (event["type"], event["area"]) == ("org.beatbook.forum.area.closed.v1", "XK.PRI")
    assert event["data"] == {"code": "XK.PRI", "closed_on": "2026-03-01", "successors": ["XK.PEC"]}
    extended = collection(*COUNTRY["features"], feature("FRESH", "PRI"))
    before = await country.fingerprint()
    report = await country.ok("POST", "/areas/imports", {"mapping": MAPPING, "collections": [extended]})
    assert [(item["feature"], item["code"], item["reason"]) for item in report["refused"]] == [
        (1, "PRI", "closed"),
        (3, "DARDANIA", "closed"),
        (4, "FRESH", "closed"),
    ]
    assert await country.fingerprint() == before


WHIMS = [
    ({"closed_on": "2026-03-01", "successors": ["XK.NO"]}, 422, "A2a"),
    ({"closed_on": "2026-03-01", "successors": ["XK.PEC"]}, 422, "A2a"),
    ({"closed_on": "2026-03-16"}, 422, "A2a"),
    ({"closed_on": "2019-12-31"}, 422, "A2a"),
]


async def test_an_area_is_not_closed_on_a_whim(country: Api, subtests: pytest.Subtests) -> None:
    for body, status, rule in WHIMS:
        with subtests.test(f"{body!s:.40}, {status!s:.40}"):
            before = await country.fingerprint()
            answer = await country("POST", "/areas/XK.PEC/close", body)
            assert (answer.status_code, answer.json()["rule"]) == (status, rule)
            assert await country.fingerprint() == before


async def test_an_area_is_closed_once_and_never_deleted(country: Api) -> None:
    await country.ok("POST", "/areas/XK.PEC/close", {"closed_on": "2026-03-15"})
    assert (await country("POST", "/areas/XK.PEC/close", {"closed_on": "2026-03-14"})).status_code == 409
    assert (await country("DELETE", "/areas/XK.PEC")).status_code == 405
    assert (await country("PATCH", "/areas/XK.PEC", {"population": 1})).status_code == 409
    assert (await country.ok("GET", "/areas/XK.PEC", as_=None))["valid_to"] == "2026-03-15"
    forum = {"area": "XK.PEC", "kind": "community_safety_council", "name": "Too late"}
    assert (await country("POST", "/forums", forum)).status_code == 409


async def test_an_area_is_described_by_hand(country: Api) -> None:
    patch = {
        "names": {"en": "Prishtina", "sq": "Prishtinë"},
        "languages": ["sq", "sr"],
        "population_bands": [{"sex": "female", "age_band": "12-17", "count": 31}],
        "minority_groups": [{"group": "Roma", "share": 0.02}],
        "external_codes": None,
    }
    area = await country.ok("PATCH", "/areas/XK.PRI", patch, version=1)
    assert area == area | {k: v for k, v in patch.items() if v is not None} | {"name": "Prishtina", "version": 2}
    assert area["external_codes"] == {"source": "PRI"}
    assert (await country.events())[-1]["data"]["names"] == patch["names"]
    assert (await country("PATCH", "/areas/XK.PRI", {"population": 1}, version=1)).status_code == 412
    assert (await country.ok("PATCH", "/areas/XK.PRI", {"population": None}))["population"] is None


async def test_only_the_country_s_administrator_imports(api: Api) -> None:
    request = {"mapping": MAPPING, "collections": [COUNTRY]}
    before = await api.fingerprint()
    for who in (None, "council@XK", "admin@XK.PRI", "admin@AL", "core_group@XK"):
        assert (await api("POST", "/areas/imports", request, as_=who)).status_code == 403
    assert await api.fingerprint() == before
