"""What it costs that the broker flushes each write to disk before it acknowledges (`sync_interval: always`).

The same log is relayed to two brokers, one with the default (flushed every two minutes: a crash of the machine may
take back what was acknowledged, which the relay then publishes again), one that flushes. An atomic batch is flushed
once, single messages one by one: the windows show what that would cost.

Wanted: with `always` at least 0.7x of the default's throughput.

Run: nice .venv/bin/python -m benchmarks.durability [--events 50000] [--rounds 5]
"""

import argparse

import uvloop

from beatbook.runtime.nats import NatsServer
from benchmarks.logs import Log, open_log
from benchmarks.measuring import Ratio, Servers, arguments, interleaved, nats_server, reach_nats, report, servers


async def compare(machines: Servers, flushing: NatsServer, chosen: argparse.Namespace) -> bool:
    """Measure the relay and bare windows on both brokers, and report."""
    await reach_nats(flushing.url)
    logs = {"default": await open_log(machines), "always": await open_log(machines, flushing)}
    few = max(500, chosen.events // 20)

    async def relay(log: Log) -> float:
        await log.reset()
        await log.fill(chosen.events)
        return chosen.events / await log.relay(chosen.events)

    async def windows(log: Log, count: int) -> float:
        await log.reset()
        await log.fill(count)
        return count / await log.windows(await log.rows())

    figures = await interleaved(
        {
            "relay, default": lambda: relay(logs["default"]),
            "relay, always": lambda: relay(logs["always"]),
            "windows, default": lambda: windows(logs["default"], chosen.events),
            "windows, always": lambda: windows(logs["always"], few),
        },
        rounds=chosen.rounds,
    )
    for log in logs.values():
        await log.close()
    limits = [Ratio("relay, always", "relay, default", at_least=0.7), Ratio("windows, always", "windows, default")]
    return report("durability", "events/s", figures, limits)


def main() -> None:
    """Measure on servers of our own."""
    chosen = arguments(__doc__, events=50_000)
    with servers() as machines, nats_server(machines.directory / "flushing", sync_always=True) as (flushing, _):
        uvloop.run(compare(machines, flushing, chosen))


if __name__ == "__main__":
    main()
