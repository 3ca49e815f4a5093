"""`beatbook incidents import`, from files to incidents. Rule C1, and the bad input of a first day."""

import asyncio
import csv
import gzip
import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from beatbook.cli.incident_file import IncidentFile, read_mapping
from beatbook.cli.main import app
from beatbook.runtime.refusal import Refusal

SHARED = Path(__file__).parents[3] / "shared" / "data"
NORTHUMBRIA = SHARED / "northumbria_asb_2022"
MAPPING = Path(__file__).parents[2] / "docs" / "mappings" / "northumbria_asb.toml"
HEADER = "row_id,month,longitude,latitude,location\n"

Import = Callable[..., Awaitable[Result]]


def feature(code: str, parent: str, west: float, south: float, side: float) -> dict[str, Any]:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": code.title(), "parent_code": parent},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


LAND = {
    "type": "FeatureCollection",
    "features": [
        feature("SHIRE", "NORTHUMBRIA", -2, 55, 1),
        feature("EAST", "SHIRE", -1.5, 55, 0.5),
        feature("WEST", "SHIRE", -2, 55, 0.5),
    ],
}


@pytest.fixture
async def running(stack: Any) -> dict[str, Any]:
    started: dict[str, Any] = await stack("forum", "cases")
    return started


@pytest.fixture
def import_areas(running: dict[str, Any], tokens: Callable[..., str]) -> Callable[..., Awaitable[None]]:
    async def send(*collections: dict[str, Any], population: str = "population") -> None:
        body = {
            "mapping": {"code": "code", "parent": "parent_code", "name": "name", "population": [population]},
            "root": {"code": "NORTHUMBRIA", "name": "Northumbria"},
            "collections": collections,
        }
        headers = {"Authorization": tokens("admin@NORTHUMBRIA")}
        answer = await running["forum"].http.post("/v1/areas/imports", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["refused"] == []

    return send


@pytest.fixture
def run_import(running: dict[str, Any], jwks: Path) -> Import:
    """Run the command as on the machine of the instance, in a thread: the services live in this event loop."""
    directory = jwks.parent
    (directory / "instance.json").write_text(json.dumps({name: service.url for name, service in running.items()}))

    async def run(file: Path, *options: str, mapping: Path = MAPPING) -> Result:
        arguments = ["incidents", "import", str(file), "--mapping", str(mapping), "--root", "NORTHUMBRIA",
                     "--data-dir", str(directory), *options]  # fmt: skip
        return await asyncio.to_thread(CliRunner().invoke, app, arguments)

    return run


def csv_file(directory: Path, *lines: str) -> Path:
    path = directory / "asb.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
    return path


async def test_a_file_with_bad_rows(
    run_import: Import, import_areas: Any, running: Any, tokens: Any, tmp_path: Path
) -> None:
    await import_areas(LAND)
    file = csv_file(
        tmp_path,
        "1,2022-01-01,-1.2,55.2,Market Street",
        "2,2022-02-01,-1.7,55.2,",
        "3,2999-01-01,-1.2,55.2,the future",
        "4,2022-01-01,3.1,56.0,the sea",
        "5,2022-01-01,55.2,-1.2,swapped",
        "6,2022-01-01,-1.2",
        "1,2022-01-01,-1.2,55.2,again",
    )
    nowhere = await run_import(file, "--report", str(tmp_path / "nowhere" / "refused.csv"))
    assert (nowhere.exit_code, "cannot be written" in nowhere.output) == (1, True)
    report = tmp_path / "refused.csv"
    result = await run_import(file, "--report", str(report))
    assert result.exit_code == 0, result.output
    assert "2 added, 0 already there, 5 refused." in result.output
    assert "line 5: outside every area of NORTHUMBRIA: check longitude and latitude, or send the area" in result.output
    assert (
        "line 6: outside every area of NORTHUMBRIA, but inside when longitude and latitude are swapped" in result.output
    )
    rows = list(csv.DictReader(report.read_text().splitlines()))
    assert [(row["line"], row["reason"]) for row in rows] == [
        ("4", "future"), ("5", "outside"), ("6", "outside"), ("7", "unreadable"), ("8", "conflicting"),
    ]  # fmt: skip
    headers = {"Authorization": tokens("officer@NORTHUMBRIA.SHIRE")}
    listed = (await running["cases"].http.get("/v1/incidents", headers=headers)).json()["items"]
    assert {(item["area"], item["category"], item["month"], item["source"]) for item in listed} == {
        ("NORTHUMBRIA.SHIRE.EAST", "0801", "2022-01-01", "police.uk"),
        ("NORTHUMBRIA.SHIRE.WEST", "0801", "2022-02-01", "police.uk"),
    }
    again = json.loads((await run_import(file, "--json")).output)
    assert (again["added"], again["already"], len(again["refused"])) == (0, 2, 5)


async def test_an_import_goes_on_where_it_stopped(
    run_import: Import, import_areas: Any, running: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncpg

    monkeypatch.setattr("beatbook.cli.incidents.BATCH_ROWS", 2)
    await import_areas(LAND)
    file = csv_file(tmp_path, *(f"{number},2022-01-01,-1.2,55.2,x" for number in range(5)))
    assert "5 added" in (await run_import(file)).output
    database = await asyncpg.connect(running["cases"].settings.database_url)
    try:
        batches = "select batch, recorded_at from incident_batches order by batch"
        await database.execute("delete from incident_batches where batch = 1")
        await database.execute("delete from incidents where external_id in ('2', '3')")
        before = dict(await database.fetch(batches))
        result = await run_import(file)
        assert "2 added, 3 already there, 0 refused." in result.output
        after = dict(await database.fetch(batches))
    finally:
        await database.close()
    assert after.keys() == {0, 1, 2}
    assert {number: after[number] for number in before} == before


async def test_nothing_is_sent_of_a_file_that_cannot_be_read(
    run_import: Import, import_areas: Any, running: Any, tokens: Any, tmp_path: Path
) -> None:
    await import_areas(LAND)
    good = "1,2022-01-01,-1.2,55.2,Market Street"
    (tmp_path / "column.csv").write_text("row_id,when,longitude,latitude,location\n" + good)
    (tmp_path / "map.csv").write_text(json.dumps(LAND))
    (tmp_path / "late.csv").write_bytes((HEADER + f"{good}\n" * 6000).encode() + b"2,2022-01-01,-1.2,55.2,Caf\xe9\n")
    (tmp_path / "quote.csv").write_text(HEADER + good + '\n2,2022-01-01,-1.2,55.2,"open')
    (tmp_path / "empty.csv").write_text("")
    for name, says in {
        "column.csv": "misses the column month. Its columns are: row_id, when, longitude, latitude, location",
        "map.csv": "misses the columns",
        "late.csv": "is not in UTF-8",
        "quote.csv": "is not CSV: line",
        "empty.csv": "Its columns are: none",
    }.items():
        result = await run_import(tmp_path / name)
        assert result.exit_code == 1, name
        assert says in result.output, name
    headers = {"Authorization": tokens("officer@NORTHUMBRIA")}
    assert (await running["cases"].http.get("/v1/incidents", headers=headers)).json()["items"] == []


async def test_areas_that_are_not_there(run_import: Import, tmp_path: Path) -> None:
    result = await run_import(csv_file(tmp_path, "1,2022-01-01,-1.2,55.2,x"))
    assert result.exit_code == 1
    assert "NORTHUMBRIA is no open area that is known here: import the areas first" in result.output


async def test_a_token_for_another_area(run_import: Import, import_areas: Any, tokens: Any, tmp_path: Path) -> None:
    await import_areas(LAND)
    file = csv_file(tmp_path, "1,2022-01-01,-1.2,55.2,x")
    for grant in ("officer@XK", "council@NORTHUMBRIA", "officer@NORTHUMBRIA.SHIRE"):
        token = tokens(grant).removeprefix("Bearer ")
        result = await run_import(file, "--token", token)
        assert (result.exit_code, "you need an officer, supervisor or admin grant there" in result.output) == (1, True)
    result = await run_import(file, "--token", "forged")
    assert result.exit_code == 1
    assert "token is not accepted" in result.output


def test_usage(tmp_path: Path) -> None:
    file = csv_file(tmp_path)
    missing = CliRunner().invoke(app, ["incidents", "import", str(tmp_path / "no.csv"), "--mapping", str(MAPPING)])
    lower = CliRunner().invoke(
        app, ["incidents", "import", str(file), "--mapping", str(MAPPING), "--root", "northumbria"]
    )
    assert (missing.exit_code, lower.exit_code) == (2, 2)
    stopped = CliRunner().invoke(
        app,
        ["incidents", "import", str(file), "--mapping", str(MAPPING), "--root", "XK", "--data-dir", str(tmp_path)],
    )
    assert stopped.exit_code == 1
    assert "holds no running instance" in stopped.output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("columns =", "is not TOML"),
        ("[columns]\nexternal_id = 'a'", "defaults: Field required"),
        ("[columns]\nexternal_id = 'a'\ncolour = 'b'\n[defaults]\nsource = 's'", "columns.colour"),
        ("[columns]\nexternal_id = 'a'\n[defaults]\nsource = 's'\ntimezone = 'Mars/North'", "no such time zone"),
    ],
)
def test_a_mapping_that_is_none(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(Refusal, match=says):
        read_mapping(path)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl", "a.jsonl.gz"])
def test_a_file_reads_alike_in_every_form(tmp_path: Path, name: str) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        "[columns]\nexternal_id = 'id'\noccurred_at = 'day'\nhour = 'hour'\ncategory = 'kind'\nlocal_area = 'beat'\n"
        "[defaults]\nsource = 's'\ntimezone = 'Europe/London'\ncategories = 'houston'\ncategory = 'theft'"
    )
    records = [{"id": "1", "day": "2022-07-01", "hour": "10", "kind": "rape ", "beat": "1A10"},
               {"id": "2", "day": "2022-07-02", "hour": "", "kind": "", "beat": "A,\n B"}]  # fmt: skip
    if ".csv" in name:
        text = io.StringIO()
        csv.writer(text).writerows([list(records[0]), *(list(record.values()) for record in records)])
        content = text.getvalue()
    else:
        content = "\n".join(json.dumps(record) for record in records)
    packed = gzip.compress(content.encode()) if name.endswith(".gz") else content.encode()
    (tmp_path / name).write_bytes(packed)
    rows = list(IncidentFile(tmp_path / name, read_mapping(mapping)).rows())
    assert [row.fields for row in rows] == [
        {"external_id": "1", "occurred_at": "2022-07-01", "hour": "10", "category": "rape", "local_area": "1A10"},
        {"external_id": "2", "occurred_at": "2022-07-02", "category": "theft", "local_area": "A,\n B"},
    ]
    if name.endswith(".gz"):
        (tmp_path / name).write_bytes(packed[:-8])
        with pytest.raises(Refusal, match="gzip"):
            list(IncidentFile(tmp_path / name, read_mapping(mapping)).rows())


@pytest.mark.skipif(not NORTHUMBRIA.exists(), reason="the Northumbria data is not beside this checkout")
async def test_a_year_of_a_real_region(run_import: Import, import_areas: Any, settings_for: Any, running: Any) -> None:
    """Every ward's count equals the one computed elsewhere, and a second run adds none."""
    import asyncpg

    collections = [json.loads((NORTHUMBRIA / f"{name}.geojson").read_text()) for name in ("districts", "wards")]
    await import_areas(*collections, population="population_2021")
    first = json.loads((await run_import(NORTHUMBRIA / "asb_incidents_2022.csv", "--json")).output)
    assert first["added"] + len(first["refused"]) == 39_706
    assert {refused["reason"] for refused in first["refused"]} <= {"outside"}
    database = await asyncpg.connect(running["cases"].settings.database_url)
    try:
        counted = await database.fetch("select split_part(area, '.', 3) as ward, count(*) from incidents group by 1")
        assert await database.fetchval("select count(*) from events") == first["added"]
    finally:
        await database.close()
    wards = {row["ward"]: row["count"] for row in counted if row["ward"]}
    with (NORTHUMBRIA / "expected_ward_rates.csv").open() as file:
        expected = {row["ward_code"]: int(row["incidents"]) for row in csv.DictReader(file)}
    assert wards == {ward: count for ward, count in expected.items() if count}
    again = json.loads((await run_import(NORTHUMBRIA / "asb_incidents_2022.csv", "--json")).output)
    assert (again["added"], again["already"]) == (0, first["added"])
