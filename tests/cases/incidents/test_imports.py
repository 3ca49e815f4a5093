"""Streams of incidents over HTTP: any size, any form, sent again, broken off. Rule C1."""

import asyncio
import gzip
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from starlette.requests import ClientDisconnect

from beatbook.contracts.actor import Actor, Role
from beatbook.kit.db import Database
from beatbook.kit.settings import ServiceSettings
from services.cases.incidents import imports
from services.cases.incidents.commands import forget_refusals
from tests.cases.incidents.conftest import IMPORT, Send, csv_of, lines_of, row

NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)


ROWS = [
    row(0), row(1, area="XK.PEC"), row(2, month="x"), row(3), row(3), row(4, area="AL"), row(3, month="2022-02"),
    row(5), row(6, category="9"), row(7),
]  # fmt: skip
REFUSED = {("2", "bad_time"), ("4", "unknown_area"), ("3", "conflicting"), ("6", "unknown_category")}


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH_ROWS", 4)


async def stored(database: asyncpg.Connection) -> tuple[Counter[tuple[str, ...]], int]:
    rows = await database.fetch("select external_id, area, month::text, category from incidents")
    return Counter(tuple(item) for item in rows), await database.fetchval("select count(*) from events")


async def refusals(call: Any, path: str = f"/v1/incidents/imports/{IMPORT}/refusals?root=XK&limit=3") -> list[Any]:
    found, page = [], (await call("GET", path)).json()
    while True:
        found += page["items"]
        if page["next"] is None:
            return found
        page = (await call("GET", f"{path}&after={page['next']}")).json()


@pytest.mark.parametrize("size", [1, 3, 4, 100])
@pytest.mark.parametrize(
    ("form", "media", "headers"),
    [
        ("csv", "text/csv; charset=utf-8", {}),
        ("csv", "text/csv", {"Content-Encoding": "gzip"}),
        ("csv", "application/gzip", {}),
        ("jsonl", "application/x-ndjson", {}),
        ("jsonl", "application/gzip", {}),
    ],
)
async def test_a_file_comes_to_the_same_in_any_form_and_cut(
    send: Send, call: Any, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, size: int, form: str,
    media: str, headers: dict[str, str],
) -> None:  # fmt: skip
    monkeypatch.setattr(imports, "BATCH_ROWS", size)
    body = csv_of(ROWS) if form == "csv" else lines_of(ROWS)
    body = gzip.compress(body) if headers or media == "application/gzip" else body
    for added, already in ((5, 1), (0, 6)):
        answer = await send(body, media, headers=headers)
        assert answer.status_code == 200, answer.text
        report = answer.json()
        assert {name: report[name] for name in ("rows", "added", "already", "refused")} == {
            "rows": 10, "added": added, "already": already, "refused": 4,
        }  # fmt: skip
        assert {(item["external_id"], item["reason"]) for item in report["refusals"]} == REFUSED
        assert [item["line"] for item in report["refusals"]] == [n + (form == "csv") for n in (3, 6, 7, 9)]
        assert await refusals(call) == report["refusals"]
    found, events = await stored(database)
    assert found == Counter(
        {(str(n), "XK.PEC" if n == 1 else "XK.PRI", "2022-01-01", "0801"): 1 for n in (0, 1, 3, 5, 7)}
    )
    assert events == 5
    text = (await call("GET", f"/v1/incidents/imports/{IMPORT}/refusals.csv?root=XK")).text.splitlines()
    assert text[0] == "batch,row,line,external_id,reason,detail"
    assert len(text) == 5


async def test_a_row_mended_is_refused_no_more(send: Send, call: Any) -> None:
    assert (await send(csv_of(ROWS))).json()["refused"] == 4
    mended = [row(2) if item["month"] == "x" else item for item in ROWS]
    assert (await send(csv_of(mended))).json()["added"] == 1
    assert {item["external_id"] for item in await refusals(call)} == {"4", "3", "6"}


async def test_a_stream_broken_off_goes_on_where_it_stopped(
    send: Send, call: Any, database: asyncpg.Connection
) -> None:
    rows = [row(number) for number in range(11)]
    body = csv_of(rows)

    async def broken() -> AsyncIterator[bytes]:
        yield body[: len(body) * 9 // 11]
        raise ClientDisconnect

    assert (await send(broken())).json()["code"] == "unreadable"
    assert (await call("GET", f"/v1/incidents/imports/{IMPORT}?root=XK")).json()["batches"] == [0, 1]
    assert len((await stored(database))[0]) == 8
    before = await database.fetch("select xmin, * from incident_batches order by batch")
    report = (await send(body)).json()
    assert (report["rows"], report["added"], report["already"], report["refused"]) == (11, 3, 8, 0)
    after = await database.fetch("select xmin, * from incident_batches order by batch")
    assert after[:2] == before
    assert (await stored(database))[1] == 11


async def test_an_import_id_is_no_proof_of_what_was_sent(send: Send) -> None:
    assert (await send(csv_of([row(number) for number in range(8)]))).json()["added"] == 8
    report = (await send(csv_of([row(number) for number in range(100, 108)]))).json()
    assert (report["added"], report["already"]) == (8, 0)
    again = (await send(csv_of([row(number) for number in range(100, 108)]), source="other")).json()
    assert (again["added"], again["already"]) == (8, 0)


async def test_the_same_file_sent_twice_at_once_counts_once(send: Send, database: asyncpg.Connection) -> None:
    rows = [row(number) for number in range(60)]
    bodies = [csv_of(rows), csv_of(rows[::-1]), lines_of(rows)]
    media = ["text/csv", "text/csv", "application/jsonl"]
    answers = await asyncio.gather(*(send(body, kind) for body, kind in zip(bodies, media, strict=True)))
    reports = [answer.json() for answer in answers]
    assert [report["added"] + report["already"] for report in reports] == [60] * 3
    assert sum(report["added"] for report in reports) == 60
    assert (await stored(database))[1] == 60


async def test_times_without_an_offset_are_of_the_zone(send: Send, call: Any) -> None:
    body = b"external_id,occurred_at,hour,category,area\n1,2022-01-31,23,08,XK\n2,2022-07-01 02:30,,08,XK\n"
    assert (await send(body)).json()["refused"] == 1
    assert (await send(body, zone="Europe/Belgrade")).json()["refusals"][0]["reason"] == "conflicting"
    report = (await send(body, zone="Europe/Belgrade", source="local")).json()
    assert report["added"] == 2
    items = (await call("GET", "/v1/incidents")).json()["items"]
    assert [(item["occurred_from"], item["weekday"], item["hour"]) for item in items[-2:]] == [
        ("2022-01-31T22:00:00Z", 0, 23), ("2022-07-01T00:30:00Z", 4, 2),
    ]  # fmt: skip
    assert (await send(body, zone="Mars/North")).status_code == 422


@pytest.mark.parametrize(
    ("media", "headers", "body", "status", "code"),
    [
        ("application/json", {}, b"{}", 415, "unsupported-media-type"),
        ("text/csv", {"Content-Encoding": "br"}, b"", 415, "unsupported-media-type"),
        ("text/csv", {}, b"name\nAna\n", 422, "unreadable"),
        ("text/csv", {"Content-Encoding": "gzip"}, b"external_id\n", 422, "unreadable"),
        ("text/csv", {"Content-Encoding": "gzip"}, gzip.compress(b"a" * 9_000_000), 422, "unreadable"),
    ],
)  # fmt: skip
async def test_bodies_that_are_none(
    send: Send, database: asyncpg.Connection, media: str, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    answer = await send(body, media, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "Ana" not in answer.text
    assert (await stored(database))[1] == 0


async def test_what_is_no_csv_is_not_called_empty(send: Send) -> None:
    for body in (gzip.compress(b"external_id\n"), b"external_id,area\r1,XK\r"):
        assert "empty" not in (await send(body)).json()["detail"]


async def test_others_are_served_while_a_small_packed_body_unpacks_to_much(send: Send) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def one_piece() -> AsyncIterator[bytes]:
        yield gzip.compress(b"external_id,area\n" + b"a" * 2_000_000)

    beside = asyncio.create_task(others())
    seen: list[int] = []
    feed = imports.RowReader.feed

    def counted(self: Any, data: bytes) -> Any:
        for run in feed(self, data):
            seen.append(turns)
            yield run

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imports.RowReader, "feed", counted)
        await send(one_piece(), headers={"Content-Encoding": "gzip"})
    beside.cancel()
    assert len(set(seen)) == len(seen) > 2


async def test_a_time_that_no_calendar_has_is_refused(call: Any) -> None:
    for asked in ("since=9999-12-31T23:59:59-14:00", "until=0001-01-01T00:00:00%2B14:00"):
        assert (await call("GET", f"/v1/incidents?{asked}")).status_code == 422
    assert (await call("GET", f"/v1/category-tables/police.uk?area=XK&version={10**11}")).status_code == 422


async def test_who_may_import_and_read_what_was_refused(
    send: Send, call: Any, database: asyncpg.Connection, subtests: pytest.Subtests
) -> None:
    await send(csv_of(ROWS))
    for grant in (*(f"{role}@XK" for role in Role if role is not Role.PUBLIC), "officer@XK.PRI"):
        with subtests.test(grant):
            await imports_and_reads(send, call, database, grant)


async def imports_and_reads(send: Send, call: Any, database: asyncpg.Connection, grant: str) -> None:
    before = await stored(database)
    answer = await send(csv_of([row(20)]), as_=[grant], import_id="c" * 64)
    path = f"/v1/incidents/imports/{IMPORT}/refusals"
    seen = (await call("GET", f"{path}?root=XK", as_=[grant])).json()["items"]
    text = (await call("GET", f"{path}.csv?root=XK", as_=[grant])).text.splitlines()
    if grant in {"officer@XK", "supervisor@XK", "admin@XK"}:
        assert (answer.status_code, len(seen), len(text)) == (200, 4, 5)
    else:
        assert (answer.status_code, len(seen), len(text)) == (403, 0, 1)
        assert await stored(database) == before


async def test_categories_by_a_countrys_own_table(send: Send, call: Any, database: asyncpg.Connection) -> None:
    path = "/v1/category-tables/police.uk?area=XK.PRI"
    shipped = (await call("GET", path)).json()
    assert (shipped["version"], shipped["is_shipped"], len(shipped["categories"])) == (1, True, 14)
    rows = [row(1, category="Drugs"), row(2, category="drugs "), row(3, category="Treason"), row(4, category="0801")]
    report = (await send(lines_of(rows), "application/jsonl", categories="police.uk")).json()
    assert {(item["external_id"], item["reason"]) for item in report["refusals"]} == {
        ("3", "unmapped_category"), ("4", "unmapped_category"),
    }  # fmt: skip
    own = {"title": "Ours", "categories": {"Drugs": "0602", "Treason": "0904"}}
    assert (await call("PUT", path, own, as_=["officer@XK"], version=1)).status_code == 403
    assert (await call("PUT", path, own, as_=["admin@XK"], version=0)).status_code == 412
    assert (await call("PUT", path, own, as_=["admin@XK"], version=1)).json()["version"] == 2
    report = (await send(lines_of(rows), "application/jsonl", categories="police.uk")).json()
    assert (report["added"], report["already"]) == (1, 2)  # what stands keeps its code: the source said the same
    found = await database.fetch("select external_id, category, local_category from incidents order by external_id")
    assert [tuple(item) for item in found] == [("1", "0601", "Drugs"), ("2", "0601", "drugs"), ("3", "0904", "Treason")]
    assert (await call("GET", f"{path}&version=1")).json() == shipped
    assert (await call("GET", path.replace("XK.PRI", "AL"))).json() == shipped
    assert (await send(lines_of(rows), "application/jsonl", categories="nobody's")).status_code == 422
    assert (await send(lines_of(rows), "application/jsonl", categories="nobody")).json()["code"] == "no-table"
    bad = {"title": "Bad", "categories": {"a": "99", "A": "08", " ": "08"}}
    answer = await call("PUT", path, bad, as_=["admin@XK"], version=2)
    assert (answer.status_code, len(answer.json().get("unmet", answer.json().get("errors")))) == (422, 1)


async def test_tables_of_a_country_are_listed_with_those_shipped(call: Any) -> None:
    own = {"title": "Ours", "categories": {"Noise": "0801"}}
    answer = await call("PUT", "/v1/category-tables/ours?area=XK", own, as_=["admin@XK"], version=0)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    wrong = {"title": "Ours", "categories": {"Noise": "99", "noise": "0801"}}
    refused = await call("PUT", "/v1/category-tables/ours?area=XK", wrong, as_=["admin@XK"], version=1)
    assert refused.json()["unmet"] == [
        "entry 1: the code is none of the ICCS", "entry 2: the category is there before",
    ]  # fmt: skip
    listed = {item["name"]: item["is_shipped"] for item in (await call("GET", "/v1/category-tables?area=XK")).json()}
    assert listed == {"houston": True, "ours": False, "police.uk": True}
    elsewhere = (await call("GET", "/v1/category-tables?area=AL")).json()
    assert [item["name"] for item in elsewhere] == ["houston", "police.uk"]


async def test_a_database_that_goes_away_between_batches_leaves_those_before(
    send: Send, call: Any, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = csv_of([row(number) for number in range(11)])
    keep = imports.keep_batch

    async def broken(*arguments: Any, **named: Any) -> Any:
        if arguments[6] == 1:
            raise ConnectionRefusedError
        return await keep(*arguments, **named)

    monkeypatch.setattr(imports, "keep_batch", broken)
    answer = await send(body)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "What was taken stays" in answer.json()["detail"]
    assert (await stored(database))[1] == 4
    monkeypatch.setattr(imports, "keep_batch", keep)
    report = (await send(body)).json()
    assert (report["added"], report["already"]) == (7, 4)


async def test_rows_refused_are_forgotten_after_a_month(
    send: Send, call: Any, database: asyncpg.Connection, settings: ServiceSettings
) -> None:
    await send(csv_of(ROWS))
    kit = Database(settings)
    for days, left in ((29, 4), (31, 0)):
        async with kit.sessions.begin() as session:
            await forget_refusals(session, Actor(subject="clock"), NOW + timedelta(days=days))
        assert len(await refusals(call)) == left
    await kit.close()
    assert await database.fetchval("select sum(refused) from incident_batches") == 4
