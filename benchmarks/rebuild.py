"""A projection rebuilt from one million events over HTTP, beside the same consumer in steady flow; and memory.

- steady: the kpi service's consumer from JetStream into its tables, as in the consumer's benchmark.
- rebuild: `rebuild` in a process of its own fills a shadow from the feed of the cases service, another process, and
  switches. Both processes' resident memory is looked at four times a second.

Wanted: at least 0.6x of the steady rate; neither process over 200 MB, and flat: the second half of the run needs no
more than the first, but for a tenth.

Run: nice .venv/bin/python -m benchmarks.rebuild [--events 1000000] [--steady 60000] [--rounds 3]
"""

import argparse
import gc
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import uvloop

from beatbook.kit.app import create_app
from beatbook.kit.db import Database
from beatbook.kit.feed import FeedReader
from beatbook.kit.process import run
from beatbook.kit.rebuild import rebuild
from beatbook.kit.settings import ServiceSettings
from beatbook.runtime.forking import fork
from benchmarks.incidents import SOURCE, Incidents, open_incidents
from benchmarks.measuring import Bound, Figures, Ratio, Servers, arguments, report, servers
from benchmarks.serving import process, ready
from tests.serving import service_named

MEGABYTE = 1 << 20


async def prepare(machines: Servers, chosen: argparse.Namespace) -> tuple[ServiceSettings, ServiceSettings]:
    """A log of which the stream holds the beginning."""
    incidents = await open_incidents(machines, role="api")
    await incidents.fill(chosen.steady)
    await incidents.relay(chosen.steady)
    await incidents.fill(chosen.events - chosen.steady, placed=True)
    await (await incidents.log.pool()).execute("vacuum analyze events", timeout=600)
    await incidents.close()
    return incidents.owner, incidents.reader


async def steady(machines: Servers, owner: ServiceSettings, reader: ServiceSettings, count: int) -> float:
    """Events a second of the consumer in steady flow."""
    incidents = await Incidents.of(machines, owner, reader)
    await incidents.empty_reader()
    taken = await incidents.project(count)
    await incidents.close()
    return count / taken


async def rebuilt(settings: ServiceSettings, count: int) -> None:
    """Rebuild, and leave with an error unless the result is whole."""
    database, feed = Database(settings), FeedReader(settings)
    kpi = service_named("kpi")
    await rebuild(replace(kpi, consumers=[item for item in kpi.consumers if item.source == SOURCE]), database, feed)
    found = await (await database.pool()).fetchval("select sum(count)::bigint from facts where area = 'XK'")
    await feed.close()
    await database.close()
    if found != count:
        sys.exit(f"{found} incidents counted instead of {count}")


def watched(work: Callable[[], None], other: int, log: Path) -> tuple[float, list[tuple[float, float]]]:
    """Run work in a process; the seconds it took, and the megabytes of it and of another process over time."""
    began = time.perf_counter()
    pid = fork(work, log=log)
    memory: list[tuple[float, float]] = []
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        memory.append((resident(pid), resident(other)))
        time.sleep(0.25)
    if status:
        sys.exit(f"The rebuild failed; see\n{log.read_text()[-2000:]}")
    return time.perf_counter() - began, memory[2:-1]


def resident(pid: int) -> float:
    """Megabytes of memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def compare(machines: Servers, chosen: argparse.Namespace) -> bool:
    """Measure both in turn, and report."""
    gc.collect()
    gc.freeze()  # as a service's process and the command line do
    owner, reader = uvloop.run(prepare(machines, chosen))
    log = machines.directory / "rebuild.log"
    rates: Figures = {"steady": [], "rebuild": []}
    sizes: Figures = {"rebuild, peak": [], "owner, peak": [], "rebuild, first half": [], "rebuild, second half": []}
    sizes |= {"owner, first half": [], "owner, second half": []}
    with process(machines, lambda: run("cases", owner, create_app(service_named("cases"), owner))) as pid:
        uvloop.run(ready(f"http://127.0.0.1:{owner.port}"))
        for _ in range(chosen.rounds):
            rates["steady"].append(uvloop.run(steady(machines, owner, reader, chosen.steady)))
            taken, memory = watched(lambda: uvloop.run(rebuilt(reader, chosen.events)), pid, log)
            rates["rebuild"].append(chosen.events / taken)
            half = len(memory) // 2
            for name, found in (("rebuild", [item[0] for item in memory]), ("owner", [item[1] for item in memory])):
                sizes[f"{name}, peak"].append(max(found))
                sizes[f"{name}, first half"].append(max(found[:half]))
                sizes[f"{name}, second half"].append(max(found[half:]))
    fast = report("rebuild", "events/s", rates, [Ratio("rebuild", "steady", at_least=0.6)])
    flat = [Ratio(f"{name}, second half", f"{name}, first half", at_most=1.1) for name in ("rebuild", "owner")]
    bounds = [Bound("rebuild, peak", at_most=200), Bound("owner, peak", at_most=200)]
    return report("rebuild, memory", "MB", sizes, flat, bounds) and fast


def main() -> None:
    """Measure on servers of our own."""
    chosen = arguments(__doc__, events=1_000_000, steady=60_000)
    with servers() as machines:
        compare(machines, chosen)


if __name__ == "__main__":
    main()
