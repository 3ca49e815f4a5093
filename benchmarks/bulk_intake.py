"""Bulk intake over HTTP, with placing in wards and an event for each row, beside a bare COPY of the same rows.

Each way writes the same rows into the same table, emptied before, with all its indexes. The stream is one CSV body,
plain or gzip, that the cases service takes as its users send it; COPY has the rows in memory, as the table holds them.

Limit: the stream reaches a quarter of COPY's rows per second.

Usage: nice .venv/bin/python -m benchmarks.bulk_intake [--rounds 5] [--rows 80000]
"""

import asyncio
import gzip
import random
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import aiohttp
import asyncpg

from beatbook.contracts.areas import tier_of
from beatbook.contracts.envelope import Received
from beatbook.contracts.forum import AreaRegistered
from beatbook.kit.app import create_app
from beatbook.kit.db import Database
from beatbook.kit.ids import new_id
from beatbook.kit.process import run
from benchmarks.measuring import Ratio, Servers, arguments, interleaved, migrated, rate, report, servers
from benchmarks.serving import authorization, process, ready, settings_of
from services.cases.app import service
from services.cases.areas.commands import register_areas

WANTED = 0.25
SIDE = 12
"""Wards per side of a square town of 144, a degree each."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = {
    "case_keys": "a key of cases for the benchmark alone",
    "name_index_key": "a key of names for the benchmark alone",
}
COLUMNS = (
    "id", "source", "external_id", "area", "occurred_from", "occurred_until", "month", "weekday", "hour", "longitude",
    "latitude", "place", "category", "local_category", "reporter_kind", "repeat_victim", "recorded_at",
)  # fmt: skip
EMPTY = "truncate incidents, incident_batches cascade"
CATEGORIES = ("0801", "0501", "050229", "0401", "020111")


def country() -> list[Received[AreaRegistered]]:
    """The news of a country of one town and its wards."""

    def area(code: str, position: int, west: float, south: float, side: float) -> Received[AreaRegistered]:
        east, north = west + side, south + side
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        data = AreaRegistered(
            code=code, tier=tier_of(code), names={"en": code}, external_codes={}, population=None,
            boundary={"type": "Polygon", "coordinates": [ring]}, valid_from=date(2020, 1, 1),
        )  # fmt: skip
        return Received(id=new_id(), type=data.wire_type(), subject=str(new_id()), area=code, time=NOW, actor="bench",
                        data=data, position=position)  # fmt: skip

    wards = [(x, y) for x in range(SIDE) for y in range(SIDE)]
    return [area("XK", 1, 0, 0, SIDE), area("XK.TOWN", 2, 0, 0, SIDE)] + [
        area(f"XK.TOWN.W{x}-{y}", position, x, y, 1) for position, (x, y) in enumerate(wards, 3)
    ]


def incidents(count: int) -> tuple[bytes, list[tuple[Any, ...]]]:
    """The same incidents as CSV, and as the table holds them."""
    chance = random.Random(1)
    lines = ["external_id,occurred_at,hour,longitude,latitude,place,category"]
    records: list[tuple[Any, ...]] = []
    for number in range(count):
        start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(8760))
        x, y = round(chance.uniform(0, SIDE), 5), round(chance.uniform(0, SIDE), 5)
        place, category = f"{chance.randrange(4000)} Long Street", chance.choice(CATEGORIES)
        lines.append(f"{number},{start:%Y-%m-%d},{start.hour},{x},{y},{place},{category}")
        records.append((
            new_id(), "bench", str(number), f"XK.TOWN.W{int(x)}-{int(y)}", start, start + timedelta(hours=1),
            start.date().replace(day=1), start.weekday(), start.hour, x, y, place, category, None, "unknown", False,
            NOW,
        ))  # fmt: skip
    return ("\n".join(lines) + "\n").encode(), records


async def compare(machines: Servers, url: str, database_url: str, rounds: int, count: int) -> bool:
    """Print the rates; whether the stream reaches its share of COPY's."""
    body, records = incidents(count)
    packed = gzip.compress(body, 6)
    await ready(url)
    connection = await asyncpg.connect(database_url)
    async with aiohttp.ClientSession(headers=authorization(machines)) as http:

        async def send(content: bytes, **headers: str) -> None:
            path = f"{url}/v1/incidents/imports/{'0' * 64}?root=XK&source=bench"
            async with http.put(path, data=content, headers={"Content-Type": "text/csv", **headers}) as answer:
                told = await answer.json()
                assert (told["added"], told["refused"]) == (count, 0), told

        async def stream() -> float:
            await connection.execute(EMPTY)
            return await rate(count, lambda: send(body))

        async def gzipped() -> float:
            await connection.execute(EMPTY)
            return await rate(count, lambda: send(packed, **{"Content-Encoding": "gzip"}))

        async def copy() -> float:
            await connection.execute(EMPTY)
            return await rate(
                count, lambda: connection.copy_records_to_table("incidents", columns=COLUMNS, records=records)
            )

        figures = await interleaved({"stream": stream, "stream, gzip": gzipped, "bare COPY": copy}, rounds=rounds)
    await connection.close()
    wanted = [Ratio("stream", "bare COPY", at_least=WANTED), Ratio("stream, gzip", "bare COPY", at_least=WANTED)]
    return report("bulk intake", "rows/s", figures, wanted)


async def prepared(machines: Servers) -> str:
    """A database that knows the country."""
    url = await migrated(machines, service)
    database = Database(settings_of(machines, service, url, **KEYS))
    connection = await database.connect()
    await register_areas(connection, country())
    await connection.close()
    await database.close()
    return url


def main() -> None:
    """Measure."""
    chosen = arguments(__doc__, rows=80_000)
    with servers() as machines:
        database_url = asyncio.run(prepared(machines))
        settings = settings_of(machines, service, database_url, role="api", **KEYS)
        url = f"http://127.0.0.1:{settings.port}"
        with process(machines, lambda: run(service.name, settings, create_app(service, settings))):
            met = asyncio.run(compare(machines, url, database_url, chosen.rounds, chosen.rows))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
