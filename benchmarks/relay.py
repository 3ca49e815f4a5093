"""The relay, from a committed event to JetStream's acknowledgement, beside the limit it approaches and the naive way.

- relay: claims positions in PostgreSQL, publishes atomic batches, notes how far it came; events committed before.
- bare, batches: no database; the same rows in memory, published in atomic batches, written as the relay writes them.
- bare, windows: no database; the same messages, written by the client, two windows of 500 acknowledgements in flight.
- naive: ORM rows, one publish with its acknowledgement awaited after the other, a commit for each hundred.

Wanted: at least 0.7x of either bare loop; at least 8x the naive relay.

Then the processor time that an event takes in each process. With cores to spare the slowest process counts; where
something else uses them the sum does, and so the relay, with three processes at work, falls back against the bare loop.

Run: nice .venv/bin/python -m benchmarks.relay [--events 50000] [--rounds 5]
"""

import argparse
import time
from collections.abc import Awaitable, Callable

import uvloop

from benchmarks.logs import open_log
from benchmarks.measuring import Ratio, Servers, arguments, cpu_seconds, interleaved, report, servers

Way = Callable[[Callable[[], None]], Awaitable[float]]


def nothing() -> None:
    """What a way does between preparing and measuring, unless told."""


async def spent(machines: Servers, name: str, way: Way, count: int) -> None:
    """Run a way once more, and tell what processor time an event took, filling the log apart."""
    before: dict[str, float] = {}

    def used() -> dict[str, float]:
        return {"this process": time.process_time()} | {name: cpu_seconds(pid) for name, pid in machines.pids.items()}

    await way(lambda: before.update(used()))
    each = {process: (value - before[process]) / count * 1e6 for process, value in used().items()}
    told = ", ".join(f"{process} {value:.1f}" for process, value in each.items())
    print(f"  {name}: {sum(each.values()):.1f} microseconds of processor time an event ({told})")


async def compare(machines: Servers, chosen: argparse.Namespace) -> bool:
    """Measure all four ways on one log, and report."""
    log = await open_log(machines)
    count, few = chosen.events, max(1000, chosen.events // 20)

    async def relay(begin: Callable[[], None] = nothing) -> float:
        await log.reset()
        await log.fill(count)
        begin()
        return count / await log.relay(count)

    async def batches(begin: Callable[[], None] = nothing) -> float:
        await log.empty_stream()
        begin()
        return count / await log.batches(rows)

    async def windows() -> float:
        await log.empty_stream()
        return count / await log.windows(rows)

    async def naive() -> float:
        await log.reset()
        await log.fill(few)
        return few / await log.naively(few)

    await log.fill(count)
    rows = await log.rows()
    ways = {"relay": relay, "bare, batches": batches, "bare, windows": windows, "naive": naive}
    figures = await interleaved(ways, rounds=chosen.rounds)
    await spent(machines, "relay", relay, count)
    await spent(machines, "bare, batches", batches, count)
    await log.close()
    limits = [Ratio("relay", name, at_least=0.7) for name in ("bare, batches", "bare, windows")]
    return report("relay", "events/s", figures, [*limits, Ratio("relay", "naive", at_least=8)])


def main() -> None:
    """Measure on servers of our own."""
    chosen = arguments(__doc__, events=50_000)
    with servers() as machines:
        uvloop.run(compare(machines, chosen))


if __name__ == "__main__":
    main()
