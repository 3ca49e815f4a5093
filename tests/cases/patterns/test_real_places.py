"""Rule C3: the repeat places of three real regions equal those worked out beside the data by other means.

Only what happened at places with enough incidents to be ranked is loaded, all the way: the intake, the log, the scan.
"""

import csv
import gzip
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from tests.cases.conftest import Call
from tests.cases.incidents.test_real_files import HOUSTON, SHARED, SURREY, register, table, take
from tests.cases.patterns.conftest import Record, Scan

NORTHUMBRIA = SHARED / "northumbria_asb_2022"

Row = dict[str, str]


def write(path: Path, files: Iterable[Path], names: Sequence[str], fewest: int) -> list[Row]:
    """A file of those rows whose named columns together come that often; returns them."""
    rows: list[Row] = []
    for file in files:
        with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as source:
            rows += csv.DictReader(source)
    often = Counter(tuple(row[name] for name in names) for row in rows)
    kept = [row for row in rows if row["longitude"] and often[tuple(row[name] for name in names)] >= fewest]
    with path.open("w", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(kept)
    return kept


async def ranking(call: Call, root: str, query: str) -> list[dict[str, Any]]:
    answer = await call("GET", f"/v1/patterns/repeat-places?area={root}&{query}", as_=[f"officer@{root}"])
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def agrees(items: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]) -> None:
    """The same places with the same figures; of those that share the last count any may be in the list."""
    assert [item[0] for item in items] == [item[0] for item in expected]
    last = expected[-1][0]
    assert {item for item in items if item[0] > last} == {item for item in expected if item[0] > last}


@pytest.mark.skipif(not NORTHUMBRIA.exists(), reason="the Northumbria data is not beside this checkout")
async def test_northumbria(
    call: Call, scan: Scan, record: Record, database: asyncpg.Connection, registered: Any, tmp_path: Path
) -> None:
    expected = table(NORTHUMBRIA / "expected_top50_repeat_places.csv")
    rows = write(tmp_path / "asb.csv", [NORTHUMBRIA / "asb_incidents_2022.csv"], ["longitude", "latitude"], 15)
    shapes = orjson.loads((NORTHUMBRIA / "wards.geojson").read_bytes())["features"]
    wards = {
        f"NORTHUMBRIA.{ward['properties']['parent_code']}.{ward['properties']['code']}": ward["geometry"]
        for ward in shapes
    }
    await register(database, registered, "NORTHUMBRIA", {ward.split(".")[1] for ward in wards}, **wards)
    sent = [
        {"external_id": row["row_id"], "month": row["month"], "category": "0801", "place": row["location"],
         "longitude": row["longitude"], "latitude": row["latitude"]} for row in rows
    ]  # fmt: skip
    await record(sent, "NORTHUMBRIA")
    await scan()
    items = await ranking(call, "NORTHUMBRIA", "limit=50&category=0801")
    agrees(
        [(item["incidents"], item["months"], item["place"], item["longitude"], item["latitude"]) for item in items],
        [(int(row["n"]), int(row["months"]), row["location"], float(row["longitude"]), float(row["latitude"]))
         for row in expected],
    )  # fmt: skip


@pytest.mark.skipif(not SURREY.exists(), reason="the Surrey data is not beside this checkout")
async def test_surrey(
    api: httpx.AsyncClient, call: Call, scan: Scan, tokens: Any, database: asyncpg.Connection, registered: Any,
    tmp_path: Path,
) -> None:  # fmt: skip
    """By place and the source's own category: two of them have one ICCS code."""
    expected = table(SURREY / "expected_top100_place_category.csv")
    file = tmp_path / "surrey.csv"
    rows = write(file, sorted(SURREY.glob("*.csv.gz")), ["longitude", "latitude", "crime_type"], 10)
    await register(database, registered, "SURREY", {row["district"] for row in rows})
    await take(api, tokens, "SURREY", "surrey_street.toml", [file])
    await scan()
    items = await ranking(call, "SURREY", "limit=100&by=local_category")
    agrees(
        [(item["incidents"], item["months"], item["place"], item["category"], item["longitude"], item["latitude"])
         for item in items],
        [(int(row["n"]), int(row["months"]), row["location"], row["crime_type"], float(row["longitude"]),
          float(row["latitude"])) for row in expected],
    )  # fmt: skip


@pytest.mark.skipif(not HOUSTON.exists(), reason="the Houston data is not beside this checkout")
async def test_houston(
    api: httpx.AsyncClient, call: Call, scan: Scan, tokens: Any, database: asyncpg.Connection, registered: Any,
    tmp_path: Path,
) -> None:  # fmt: skip
    """By address and offense, with the first and last day on the city's clock; an address may lie in two beats."""
    expected = table(HOUSTON / "expected_top100_address_offense.csv")
    file = tmp_path / "houston.csv"
    rows = write(file, sorted(HOUSTON.glob("*.csv.gz")), ["address", "offense"], 25)
    await register(database, registered, "HOUSTON", {row["beat"] for row in rows})
    await take(api, tokens, "HOUSTON", "houston_2010.toml", [file])
    await scan()
    items = await ranking(call, "HOUSTON", "limit=100&by=local_category")
    agrees(
        [(item["incidents"], item["place"], item["category"], item["first_on"], item["last_on"]) for item in items],
        [(int(row["n"]), row["address"].strip(), row["offense"], row["first"], row["last"]) for row in expected],
    )
