"""How long `beatbook up` takes to answer on a fresh data directory, and how much memory it uses in all.

Compares with the wanted figures: all answering within 4 s, the demo loaded within 20 s, under 400 MB in all (the sum of
each process's proportional share, so that memory shared by forked processes is counted once).

Run: python benchmarks/start_and_memory.py [--runs 3] [--demo]
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

PORT = 18200
PARTS = ("python", "postgres", "nats")


def proportional_bytes(pid: int) -> int:
    """The proportional set size of one process, in bytes; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def descendants(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def kind(pid: int) -> str:
    """Which part of the whole a process is."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "ended"
    return {"nats-server": "nats", "postgres": "postgres"}.get(name, "python")


def once(demo: bool) -> tuple[float, Counter[str]]:
    """One start on a fresh directory: seconds until the ready file is there; ten seconds later the bytes of each part.

    `backends` counts PostgreSQL's processes, its own few and one for each connection.
    """
    directory = Path(tempfile.mkdtemp(prefix="beatbook-bench-"))
    ready = directory / "ready.json"
    began = time.monotonic()
    process = subprocess.Popen(
        [
            *(str(Path(sys.executable).parent / "beatbook"), "up", "--port", str(PORT)),
            *("--data-dir", str(directory / "data"), "--ready-file", str(ready)),
            *(["--demo"] if demo else []),
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        while not ready.exists() and process.poll() is None:
            time.sleep(0.02)
        seconds = time.monotonic() - began
        json.loads(ready.read_text())
        time.sleep(10)
        used: Counter[str] = Counter()
        processes: Counter[str] = Counter()
        for pid in descendants(process.pid):
            used[kind(pid)] += proportional_bytes(pid)
            processes[kind(pid)] += 1
        used["backends"] = processes["postgres"]
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(directory, ignore_errors=True)
    return seconds, used


def main() -> None:
    """Measure, and print medians."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--demo", action="store_true")
    chosen = arguments.parse_args()
    figures = [once(chosen.demo) for _ in range(chosen.runs)]
    seconds = [found for found, _ in figures]
    parts = [found for _, found in figures]
    megabytes = [sum(found[part] for part in PARTS) / 1e6 for found in parts]
    wanted = "20 s (demo loaded)" if chosen.demo else "4 s"
    print(f"ready after   median {median(seconds):.1f} s of {[round(s, 1) for s in seconds]}; wanted within {wanted}")
    print(f"memory        median {median(megabytes):.0f} MB of {[round(m) for m in megabytes]}; wanted under 400 MB")
    for part in PARTS:
        print(f"  {part:<11} median {median(found[part] for found in parts) / 1e6:.0f} MB")
    print(f"  processes of PostgreSQL: median {median(found['backends'] for found in parts):.0f}")


if __name__ == "__main__":
    main()
