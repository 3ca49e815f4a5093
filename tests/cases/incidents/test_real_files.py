"""Rule C1: files of real regions through the API, by the mappings that ship; counts equal those computed elsewhere."""

import asyncio
import csv
import gzip
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from beatbook.cli.incident_file import IncidentFile, read_mapping
from beatbook.contracts.areas import code_part
from services.cases.areas.commands import register_areas

SHARED = Path(__file__).parents[4] / "shared" / "data"
HOUSTON, SURREY = SHARED / "houston_crime_2010", SHARED / "surrey_street_crime_2022"
MAPPINGS = Path(__file__).parents[3] / "docs" / "mappings"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


async def lines(files: Iterable[IncidentFile]) -> AsyncIterator[bytes]:
    """The files' rows as JSON lines, a thousand at a time."""
    rows = itertools.chain.from_iterable(file.rows() for file in files)
    while run := list(itertools.islice(rows, 1000)):
        await asyncio.sleep(0)
        yield b"".join(orjson.dumps(row.fields) + b"\n" for row in run)


async def take(api: httpx.AsyncClient, tokens: Any, root: str, mapping: str, paths: list[Path]) -> dict[str, Any]:
    read = read_mapping(MAPPINGS / mapping)
    given = read.defaults
    assert given.timezone
    query = {"root": root, "source": given.source, "categories": given.categories or "", "zone": given.timezone.key}
    answer = await api.put(
        f"/v1/incidents/imports/{'d' * 64}",
        params=query,
        content=lines(IncidentFile(path, read) for path in paths),
        headers={"Authorization": tokens(f"officer@{root}"), "Content-Type": "application/jsonl"},
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def register(database: asyncpg.Connection, registered: Any, root: str, names: Iterable[str], **more: Any) -> None:
    codes = {root: None, **{f"{root}.{code_part(name)}": None for name in names}, **more}
    await register_areas(
        database, [registered(code, 100 + number, shape) for number, (code, shape) in enumerate(codes.items())]
    )


@pytest.mark.skipif(not HOUSTON.exists(), reason="the Houston data is not beside this checkout")
async def test_houston_by_beat_and_offense(
    api: httpx.AsyncClient, tokens: Any, database: asyncpg.Connection, registered: Any
) -> None:
    wanted = {
        (row["beat"], row["offense"]): int(row["n"]) for row in table(HOUSTON / "expected_counts_beat_offense.csv")
    }
    await register(database, registered, "HOUSTON", {beat for beat, _ in wanted})
    file = HOUSTON / "houston_crime_2010_jan_aug.csv.gz"
    report = await take(api, tokens, "HOUSTON", "houston_2010.toml", [file])
    assert (report["rows"], report["added"], report["already"]) == (86_314, sum(wanted.values()), 0)
    counted = await database.fetch(
        "select split_part(area, '.', 2), local_category, count(*) from incidents group by 1, 2"
    )  # fmt: skip
    assert {(row[0], row[1]): row[2] for row in counted} == wanted
    with gzip.open(file, "rt") as rows:
        hours = Counter((row["date"], int(row["hour"])) for row in csv.DictReader(rows))
    local = await database.fetch("""
        select (occurred_from at time zone 'America/Chicago')::date::text as day, hour, count(*),
               bool_and(weekday = extract(isodow from occurred_from at time zone 'America/Chicago') - 1) as agrees
        from incidents group by 1, 2
    """)
    assert {(row["day"], row["hour"]): row["count"] for row in local} == hours
    assert all(row["agrees"] for row in local)


@pytest.mark.skipif(not SURREY.exists(), reason="the Surrey data is not beside this checkout")
async def test_surrey_by_district_type_and_month(
    api: httpx.AsyncClient, tokens: Any, database: asyncpg.Connection, registered: Any
) -> None:
    """Rows without a location have no district either, and are refused; in Surrey Heath a point finds its LSOA."""
    expected = table(SURREY / "expected_counts_district_type_month.csv")
    wanted = {(code_part(row["district"]), row["crime_type"], row["month"]): int(row["n"]) for row in expected}
    shapes = orjson.loads((SURREY / "surrey_heath_lsoa.geojson").read_bytes())["features"]
    lsoas = {f"SURREY.SURREY-HEATH.{item['properties']['code']}": item["geometry"] for item in shapes}
    await register(database, registered, "SURREY", {row["district"] for row in expected}, **lsoas)
    report = await take(api, tokens, "SURREY", "surrey_street.toml", sorted(SURREY.glob("*.csv.gz")))
    assert (report["rows"], report["added"], report["refused"]) == (44_400, 44_400 - 1_229, 1_229)
    reasons = await database.fetch("select reason, count(*) from incident_refusals group by 1")
    assert [tuple(row) for row in reasons] == [("missing", 1_229)]
    counted = await database.fetch("""
        select split_part(area, '.', 2), local_category, to_char(month, 'YYYY-MM'), count(*) from incidents
        group by 1, 2, 3
    """)
    assert {(row[0], row[1], row[2]): row[3] for row in counted} == wanted
    deep = await database.fetchval("select count(*) from incidents where area like 'SURREY.SURREY-HEATH.%'")
    heath = sum(count for (district, _, _), count in wanted.items() if district == "SURREY-HEATH")
    assert 0.95 * heath < deep <= heath
