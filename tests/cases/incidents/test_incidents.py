"""Incident intake over HTTP, one by one and in bulk. Rule C1."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from beatbook.contracts.actor import Role
from services.cases.areas.commands import register_areas
from services.cases.incidents.rules import hours_of

IMPORT = "a" * 64
RECORDERS = {Role.OFFICER, Role.SUPERVISOR, Role.ADMIN}


def row(number: int, **changes: Any) -> dict[str, Any]:
    point = {"longitude": "21.05", "latitude": "42.05"}
    return {"external_id": str(number), "month": "2022-01", "category": "0801", **point, **changes}


def batch(*rows: Any, number: int = 0, root: str = "XK") -> dict[str, Any]:
    return {"import_id": IMPORT, "batch": number, "root": root, "source": "police", "rows": list(rows)}


async def counts(database: asyncpg.Connection) -> tuple[int, int]:
    return (
        await database.fetchval("select count(*) from incidents"),
        await database.fetchval("select count(*) from events"),
    )


async def test_one_report_with_a_point(call: Any, database: asyncpg.Connection) -> None:
    body = {"root": "XK", "longitude": 21.05, "latitude": 42.05, "occurred_at": "2026-03-14T22:10+01:00",
            "category": "050211", "place": "Market", "reporter_kind": "victim", "repeat_victim": True}  # fmt: skip
    answer = await call("POST", "/v1/incidents", body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["area"], made["month"], made["source"]) == ("XK.PRI.DARDANIA", "2026-03-01", "beatbook")
    assert UUID(made["external_id"])
    assert (await call("GET", f"/v1/incidents/{made['id']}")).json() == made
    event = await database.fetchrow("select type, area, data from events")
    assert event["type"] == "org.beatbook.cases.incident.recorded.v1"
    assert event["area"] == "XK.PRI.DARDANIA"
    assert event["data"] == {
        "incident_id": made["id"], "area": "XK.PRI.DARDANIA", "month": "2026-03-01", "category": "050211",
        "repeat_victim": True,
    }  # fmt: skip


async def test_one_report_sent_twice_counts_once(call: Any, database: asyncpg.Connection) -> None:
    body = {"area": "XK.PRI", "external_id": "77", "month": "2022-01", "category": "08"}
    first, second = await call("POST", "/v1/incidents", body), await call("POST", "/v1/incidents", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert await counts(database) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"month": "2999-01"}, "future", "future"),
        ({"longitude": 3.0}, "outside", "outside every area of XK: check longitude and latitude, or send the area"),
        ({"longitude": 42.05, "latitude": 21.05}, "outside", "swap"),
        ({"category": "9999"}, "unknown_category", "ICCS"),
        ({"area": "XK.NOWHERE"}, "unknown_area", "no open area within XK"),
        ({"root": "XX"}, "unknown_area", "XX is no open area"),
        ({"root": None}, "missing", "root"),
        ({"witness": "Ana"}, "invalid", "witness"),
        ({"longitude": "east"}, "invalid", "longitude"),
    ],
)
async def test_bad_reports(
    call: Any, database: asyncpg.Connection, changes: dict[str, Any], code: str, says: str
) -> None:
    body = {"root": "XK", "longitude": 21.05, "latitude": 42.05, "month": "2022-01", "category": "0801", **changes}
    answer = await call("POST", "/v1/incidents", body, as_=["admin@XK", "admin@XX"])
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert says in answer.json()["detail"]
    assert await counts(database) == (0, 0)


async def test_a_batch_reports_each_row_refused_and_takes_the_others(call: Any, database: asyncpg.Connection) -> None:
    answer = await call(
        "POST",
        "/v1/incidents/batches",
        batch(
            row(0),
            row(1, month="2999-01"),
            row(2, longitude=3),
            row(3, category="ASB"),
            row(0),
            row(5, longitude=21.15),
            row(6, name="Ana"),
            "seven",
            row(8, longitude=None, latitude=None, area="XK.PEC"),
            row(9, longitude=None, latitude=None, area="AL"),
        ),
    )
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["added"], report["already"]) == (3, 1)
    assert [(refused["row"], refused["reason"]) for refused in report["refused"]] == [
        (1, "future"), (2, "outside"), (3, "unknown_category"), (6, "unknown_field"),
        (7, "unreadable"), (9, "unknown_area"),
    ]  # fmt: skip
    placed = await database.fetch("select external_id, area from incidents order by external_id")
    assert [tuple(item) for item in placed] == [("0", "XK.PRI.DARDANIA"), ("5", "XK.PRI.ULPIANA"), ("8", "XK.PEC")]
    assert await counts(database) == (3, 3)


async def test_a_batch_sent_twice_adds_none(call: Any, database: asyncpg.Connection) -> None:
    body = batch(row(0), row(1))
    first = await call("POST", "/v1/incidents/batches", body)
    assert first.json() == {"added": 2, "already": 0, "refused": []}
    second = await call("POST", "/v1/incidents/batches", body)
    assert second.json() == {"added": 0, "already": 2, "refused": []}
    assert await counts(database) == (2, 2)


CONTENT = [
    {"month": "2022-02"},
    {"month": None, "occurred_at": "2022-01-01"},
    {"longitude": "21.06"},
    {"longitude": None, "latitude": None, "area": "XK.PRI.DARDANIA"},
    {"area": "XK.PRI"},
    {"category": "0802"},
    {"place": "Market"},
    {"reporter_kind": "victim"},
    {"repeat_victim": "yes"},
]


@pytest.mark.parametrize("changes", CONTENT)
async def test_an_external_id_stands_for_one_content(
    call: Any, database: asyncpg.Connection, changes: dict[str, Any]
) -> None:
    await call("POST", "/v1/incidents/batches", batch(row(0), row(1)))
    answer = await call("POST", "/v1/incidents/batches", batch(row(9), row(1, **changes), row(0), row(2, month="x")))
    report = answer.json()
    assert (report["added"], report["already"]) == (1, 1)
    assert [(item["row"], item["external_id"], item["reason"]) for item in report["refused"]] == [
        (1, "1", "conflicting"), (3, "2", "bad_time"),
    ]  # fmt: skip
    assert "other content" in report["refused"][0]["detail"]
    assert await database.fetchval("select refused from incident_batches") == 2
    assert await counts(database) == (3, 3)

    single = {name: value for name, value in row(1, **changes).items() if value is not None}
    for name in single.keys() & {"longitude", "latitude"}:
        single[name] = float(single[name])
    single["repeat_victim"] = "repeat_victim" in changes
    other = await call("POST", "/v1/incidents", {**single, "root": "XK", "source": "police"})
    assert (other.status_code, other.json()["code"], other.json()["rule"]) == (409, "conflicting", "C1")
    assert await counts(database) == (3, 3)
    elsewhere = await call("POST", "/v1/incidents", {**single, "root": "XK", "source": "other"})
    assert elsewhere.status_code == 201


async def test_who_may_not_see_the_other_report_hears_only_that_its_id_is_taken(call: Any) -> None:
    body = {"area": "XK.PEC", "source": "police", "external_id": "1", "month": "2022-01", "category": "08"}
    assert (await call("POST", "/v1/incidents", body)).status_code == 201
    single = await call("POST", "/v1/incidents", {**body, "area": "XK.PRI"}, as_=["officer@XK.PRI"])
    assert (single.status_code, single.json()["code"]) == (409, "conflicting")
    rows = batch(row(1, longitude=None, latitude=None, area="XK.PRI"), root="XK.PRI")
    bulk = (await call("POST", "/v1/incidents/batches", rows, as_=["officer@XK.PRI"])).json()
    assert (bulk["added"], bulk["already"], bulk["refused"][0]["reason"]) == (0, 0, "conflicting")
    assert "PEC" not in single.text + str(bulk)


async def test_the_same_report_stays_the_same_when_the_register_moves_a_boundary(
    call: Any, database: asyncpg.Connection, registered: Any, square: Any
) -> None:
    await call("POST", "/v1/incidents/batches", batch(row(0)))
    await register_areas(database, [registered("XK.PRI.VELANIA", 51, square(21, 42, 0.06)),
                                    registered("XK.PRI.DARDANIA", 52, square(21.06, 42, 0.04))])  # fmt: skip
    assert (await call("POST", "/v1/incidents/batches", batch(row(0)))).json() == {
        "added": 0, "already": 1, "refused": [],
    }  # fmt: skip
    assert await database.fetchval("select area from incidents") == "XK.PRI.DARDANIA"


async def test_a_batch_sent_twice_at_once_counts_once(call: Any, database: asyncpg.Connection) -> None:
    one, other = batch(*map(row, range(200))), batch(*map(row, reversed(range(200))), number=1)
    answers = await asyncio.gather(*(call("POST", "/v1/incidents/batches", body) for body in (one, other, one)))
    reports = [answer.json() for answer in answers]
    assert [report["added"] + report["already"] for report in reports] == [200] * 3
    assert sum(report["added"] for report in reports) == 200
    assert await counts(database) == (200, 200)


async def test_an_import_knows_which_batches_need_not_be_sent_again(call: Any) -> None:
    path = f"/v1/incidents/imports/{IMPORT}"
    assert (await call("GET", path)).json() == {"import_id": IMPORT, "batches": []}
    await call("POST", "/v1/incidents/batches", batch(row(0), number=0))
    await call("POST", "/v1/incidents/batches", batch(row(1, longitude=3), number=1))
    await call("POST", "/v1/incidents/batches", batch(row(2), number=2))
    assert (await call("GET", path)).json()["batches"] == [0, 2]
    assert (await call("GET", path, as_=["officer@AL"])).json()["batches"] == []
    assert (await call("GET", path, as_=[])).json()["batches"] == []


async def test_another_country_has_its_own_sources(call: Any) -> None:
    await call("POST", "/v1/incidents/batches", batch(row(0)))
    other = batch(row(0, longitude=19.1, latitude=41.1), root="AL")
    answer = await call("POST", "/v1/incidents/batches", other, as_=["officer@AL"])
    assert answer.json()["added"] == 1


async def test_bad_batches(call: Any, database: asyncpg.Connection, subtests: pytest.Subtests) -> None:
    bad: list[dict[str, Any]] = [
        {"rows": []}, {"rows": [{}] * 5001}, {"import_id": "x"}, {"root": "xk"}, {"batch": -1}, {"extra": 1},
    ]  # fmt: skip
    for changes in bad:
        with subtests.test(f"{changes!s:.40}"):
            answer = await call("POST", "/v1/incidents/batches", batch(row(0)) | changes)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert await counts(database) == (0, 0)


@pytest.mark.parametrize("role", Role)
async def test_who_may_record_and_read(call: Any, database: asyncpg.Connection, role: Role) -> None:
    await call("POST", "/v1/incidents/batches", batch(row(0)))
    (incident_id,) = [item["id"] for item in (await call("GET", "/v1/incidents")).json()["items"]]
    grants = [] if role is Role.PUBLIC else [f"{role}@XK.PRI"]
    listed = await call("GET", "/v1/incidents", as_=grants)
    one = await call("GET", f"/v1/incidents/{incident_id}", as_=grants)
    single = await call("POST", "/v1/incidents", {"area": "XK.PRI", "month": "2022-01", "category": "08"}, as_=grants)
    bulk = await call("POST", "/v1/incidents/batches", batch(row(1), root="XK.PRI"), as_=grants)
    if role in RECORDERS:
        assert len(listed.json()["items"]) == 1
        assert (one.status_code, single.status_code, bulk.status_code) == (200, 201, 200)
    else:
        assert listed.json() == {"items": [], "next": None}
        assert (one.status_code, single.status_code, bulk.status_code) == (404, 403, 403)
        assert await counts(database) == (1, 1)


async def test_a_grant_elsewhere(call: Any, database: asyncpg.Connection, subtests: pytest.Subtests) -> None:
    await call("POST", "/v1/incidents/batches", batch(row(0)))
    (incident,) = (await call("GET", "/v1/incidents")).json()["items"]
    here = {"root": "XK", "longitude": 21.05, "latitude": 42.05, "month": "2022-01", "category": "08"}
    for grant in ("officer@XK.PEC", "officer@AL", "officer@XK.PR", "admin@XK.PRI.ULPIANA"):
        with subtests.test(grant):
            assert (await call("GET", f"/v1/incidents/{incident['id']}", as_=[grant])).status_code == 404
            assert (await call("GET", "/v1/incidents", as_=[grant])).json()["items"] == []
            assert (await call("POST", "/v1/incidents", here, as_=[grant])).status_code == 403
            assert (await call("POST", "/v1/incidents/batches", batch(row(1)), as_=[grant])).status_code == 403
    assert await counts(database) == (1, 1)


async def test_lists_by_area_and_month_page_by_page(call: Any) -> None:
    rows = [row(n, month=f"2022-0{1 + n % 2}", longitude=21.05 + 0.1 * (n % 3)) for n in range(6)]
    assert (await call("POST", "/v1/incidents/batches", batch(*rows))).json()["added"] == 6
    path = "/v1/incidents?area=XK.PRI&month=2022-01&limit=2"
    first = (await call("GET", path)).json()
    second = (await call("GET", f"{path}&after={first['next']}")).json()
    found = first["items"] + second["items"]
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    assert {item["external_id"] for item in found} == {"0", "2", "4"}
    wards = (await call("GET", "/v1/incidents?area=XK.PRI.ULPIANA")).json()["items"]
    assert {item["external_id"] for item in wards} == {"1", "4"}
    for month in ("2022-1", "0022-01", "2022-13", "2٠22-01", "2٠2２-01"):
        assert (await call("GET", f"/v1/incidents?month={month}")).status_code == 422
    assert (await call("GET", "/v1/incidents?after=garbage")).status_code == 422


async def test_lists_by_category_time_clock_place_and_urgency(call: Any) -> None:
    at = {"month": None, "area": "XK.PEC", "longitude": None, "latitude": None}
    rows = [
        row(0, **at, occurred_at="2022-01-31T23:10+01:00", category="050211", place="Market"),  # Monday
        row(1, **at, occurred_at="2022-02-05T01:00+01:00", category="0501"),  # Saturday
        row(2, **at, occurred_at="2022-02-05", category="0801"),
        row(3, category="02"),
    ]
    assert (await call("POST", "/v1/incidents/batches", batch(*rows))).json()["added"] == 4
    wanted = {
        "category=05": "01", "category=0502": "0", "category=08": "2", "weekday=0": "0", "weekday=5": "12",
        "weekday=0&weekday=5": "012", "hours=22-4": "01", "hours=4-22": "", "hours=1": "1", "place=Market": "0",
        "since=2022-02-01T00:00Z": "12", "until=2022-02-01T00:00Z": "03", "urgent=true": "", "urgent=false": "0123",
        "since=2022-01-31T22:10Z&until=2022-01-31T22:11Z": "0", "area=XK.PEC&category=05&hours=0-3&weekday=5": "1",
    }  # fmt: skip
    found = {}
    for query in wanted:
        items = (await call("GET", f"/v1/incidents?{query}")).json()["items"]
        found[query] = "".join(sorted(item["external_id"] for item in items))
    assert found == wanted
    for query in ("category=5", "weekday=7", "hours=24", "hours=1-", "since=2022-01-01", "until=x"):
        assert (await call("GET", f"/v1/incidents?{query}")).status_code == 422, query


@pytest.mark.pure
@pytest.mark.parametrize(
    ("band", "hours"), [("9", [9]), ("22-1", [22, 23, 0, 1]), ("0-23", list(range(24))), ("5-5", [5])]
)
def test_bands_of_hours(band: str, hours: list[int]) -> None:
    assert hours_of(band) == hours
