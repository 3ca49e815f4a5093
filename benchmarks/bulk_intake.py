"""How much faster incidents are taken in by batches than one by one, on an instance of its own; ratios of one run.

Usage: .venv/bin/python benchmarks/bulk_intake.py [rows]
"""

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from beatbook.cli.client import Client, open_client

SINGLE_ROWS = 300
BATCHES = (50, 500, 5000)
SIDE = 12
"""Areas per side of a square country of 144 neighbourhoods."""


@contextmanager
def instance() -> Iterator[Client]:
    with tempfile.TemporaryDirectory() as directory:
        ready = Path(directory) / "ready.json"
        command = [str(Path(sys.executable).with_name("beatbook")), "up", "--port", "28700", "--data-dir", directory]
        process = subprocess.Popen([*command, "--ready-file", str(ready)], stdout=subprocess.DEVNULL)
        try:
            while not ready.exists():
                if process.poll() is not None:
                    sys.exit("The instance did not start.")
                time.sleep(0.1)
            yield open_client(service="cases", url=None, token=None, data_dir=Path(directory), area="BENCH")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def country() -> dict[str, object]:
    def feature(code: str, parent: str, west: float, south: float, side: float) -> dict[str, object]:
        east, north = west + side, south + side
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return {
            "type": "Feature",
            "properties": {"code": code, "parent_code": parent, "name": code},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    wards = [feature(f"W{x}-{y}", "TOWN", x, y, 1) for x in range(SIDE) for y in range(SIDE)]
    return {"type": "FeatureCollection", "features": [feature("TOWN", "BENCH", 0, 0, SIDE), *wards]}


def rows(count: int) -> list[dict[str, object]]:
    chance = random.Random(1)
    return [
        {
            "external_id": str(number),
            "month": "2022-01",
            "longitude": chance.uniform(0, SIDE),
            "latitude": chance.uniform(0, SIDE),
            "category": "0801",
        }
        for number in range(count)
    ]


def rate(count: int, work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def measure(client: Client, count: int) -> None:
    root = {"code": "BENCH", "name": "Bench"}
    client.post("forum", "/v1/areas/imports", {"mapping": {"code": "code"}, "root": root, "collections": [country()]})
    while client.get("cases", "/v1/places/BENCH")["open_areas"] < SIDE * SIDE + 2:
        time.sleep(0.1)

    def one_by_one() -> None:
        for row in rows(SINGLE_ROWS):
            client.post("cases", "/v1/incidents", {**row, "root": "BENCH", "source": "single"})

    def by_batches(size: int) -> None:
        everything = rows(count)
        for number, start in enumerate(range(0, count, size)):
            body = {"import_id": f"{size:064x}", "batch": number, "root": "BENCH", "source": f"batch-{size}"}
            client.post("cases", "/v1/incidents/batches", {**body, "rows": everything[start : start + size]})

    base = rate(SINGLE_ROWS, one_by_one)
    print(json.dumps({"way": "one by one", "rows_per_second": round(base), "ratio": 1.0}))
    for size in BATCHES:
        found = rate(count, lambda size=size: by_batches(size))  # type: ignore[misc]
        print(
            json.dumps({"way": f"batches of {size}", "rows_per_second": round(found), "ratio": round(found / base, 1)})
        )


if __name__ == "__main__":
    with instance() as client:
        measure(client, int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
        client.close()
