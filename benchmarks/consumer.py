"""The kpi projection of recorded incidents in steady flow, beside the limit it approaches and the naive way.

- projection: the service's own consumer, from JetStream into its tables, checkpoint and all.
- receiving: the same subscription in the same steps, the headers read into an envelope, the data neither decoded nor
  applied. What remains to a projection that costs nothing.
- naive: a transaction with ORM rows for each message: checkpoint, and a count in each of three tiers.

Wanted: at least 0.4x of receiving; at least 80x the naive handler.

Run: nice .venv/bin/python -m benchmarks.consumer [--events 100000] [--rounds 5]
"""

import argparse
import gc

import uvloop

from benchmarks.incidents import open_incidents
from benchmarks.measuring import Ratio, Servers, arguments, interleaved, report, servers


async def compare(machines: Servers, chosen: argparse.Namespace) -> bool:
    """Measure all three on one stream, and report."""
    gc.collect()
    gc.freeze()  # as a service's process does
    incidents = await open_incidents(machines)
    count, few = chosen.events, max(300, chosen.events // 100)
    await incidents.fill(count)
    await incidents.relay(count)

    async def projection() -> float:
        await incidents.empty_reader()
        return count / await incidents.project(count)

    async def receiving() -> float:
        return count / await incidents.receive(count)

    async def naive() -> float:
        await incidents.empty_reader()
        return few / await incidents.naively(few)

    ways = {"projection": projection, "receiving": receiving, "naive": naive}
    figures = await interleaved(ways, rounds=chosen.rounds)
    await incidents.close()
    ratios = [Ratio("projection", "receiving", at_least=0.4), Ratio("projection", "naive", at_least=80)]
    return report("consumer", "events/s", figures, ratios)


def main() -> None:
    """Measure on servers of our own."""
    chosen = arguments(__doc__, events=100_000)
    with servers() as machines:
        uvloop.run(compare(machines, chosen))


if __name__ == "__main__":
    main()
