"""What the benchmarks share: servers of their own, interleaved runs, medians with their spread, one way to print them.

A benchmark file starts with what it compares and the limit it approaches, and reads like this:

    from benchmarks.measuring import Ratio, arguments, interleaved, migrated, report, servers

    def main() -> None:
        chosen = arguments(__doc__)
        with servers() as machines:             # before any event loop: they are forked
            asyncio.run(compare(machines, chosen.rounds))

    async def compare(machines: Servers, rounds: int) -> None:
        url = await migrated(machines, service)
        figures = await interleaved({"ours": ours, "bare": bare}, rounds=rounds)     # each gives one figure a round
        report("relay", "events/s", figures, [Ratio("ours", "bare", at_least=0.7)])

Run: nice .venv/bin/python -m benchmarks.relay
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import nats
from nats.errors import Error as NatsError

from beatbook.kit.migrate import migrate
from beatbook.kit.service import Service
from beatbook.runtime.databases import connect_patiently, create_databases, database_of, service_url
from beatbook.runtime.nats import NatsServer
from beatbook.runtime.ports import free_port
from beatbook.runtime.postgres import PostgresServer

PASSWORD = "bench"  # of servers that live as long as the benchmark, on loopback
DEFAULT_ROUNDS = 5


@dataclass
class Servers:
    """A PostgreSQL with the embedded one's production settings, and NATS servers, in a directory of their own."""

    directory: Path
    postgres: PostgresServer
    nats: NatsServer
    pids: dict[str, int]
    """`postgres` and `nats`, for those who want to look at their memory or stop them for a while."""
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def number(self) -> int:
        """A number not given before."""
        return next(self._numbers)


@contextlib.contextmanager
def servers(*, sync_always: bool = False) -> Iterator[Servers]:
    """Start both, wait until they answer, stop them by pid at the end. Not to be called inside an event loop.

    `sync_always`: the broker flushes each write to disk before it acknowledges (`sync_interval: always`).
    """
    directory = Path(tempfile.mkdtemp(prefix="beatbook-bench-"))
    postgres = PostgresServer(directory / "postgres", free_port(), PASSWORD, directory / "postgres.log")
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        pid = postgres.start()
        stack.callback(_end, pid, signal.SIGINT)
        server, nats_pid = stack.enter_context(nats_server(directory / "nats", sync_always=sync_always))
        asyncio.run(_reach(postgres.admin_url, server.url))
        yield Servers(directory, postgres, server, {"postgres": pid, "nats": nats_pid})


@contextlib.contextmanager
def nats_server(directory: Path, *, sync_always: bool = False) -> Iterator[tuple[NatsServer, int]]:
    """One more NATS server, and its pid; it takes connections a moment later."""
    settings: dict[str, Any] = {"sync_interval": "always"} if sync_always else {}
    server = NatsServer(directory, free_port(), PASSWORD, directory.with_suffix(".log"), store_settings=settings)
    pid = server.start()
    try:
        yield server, pid
    finally:
        _end(pid, signal.SIGTERM)


def _end(pid: int, stop_signal: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, stop_signal)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


async def _reach(admin_url: str, nats_url: str) -> None:
    await (await connect_patiently(admin_url)).close()
    await reach_nats(nats_url)


async def reach_nats(url: str) -> None:
    """Wait until a NATS server that is starting answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            client = await nats.connect(url, allow_reconnect=False, error_cb=_ignore)
            await client.jetstream().account_info()
            await client.close()
        except (OSError, NatsError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)
        else:
            return


async def _ignore(_: Exception) -> None:
    """A server that only starts is no error yet."""


async def migrated(machines: Servers, service: Service) -> str:
    """The URL of a fresh, migrated database that the service's own role owns."""
    admin_url = machines.postgres.admin_url
    await create_databases(admin_url, {service.name: PASSWORD})
    name = f"bench_{machines.number()}_{service.name}"
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f'create database "{name}" owner "{database_of(service.name)}"')
    finally:
        await connection.close()
    url = service_url(admin_url, service.name, PASSWORD).rpartition("/")[0] + f"/{name}"
    await migrate(service, url)
    return url


Figures = dict[str, list[float]]
"""By what was measured: one figure a round, in the rounds' order."""


async def interleaved(
    ways: Mapping[str, Callable[[], Awaitable[float]]], *, rounds: int = DEFAULT_ROUNDS, warm_up: bool = True
) -> Figures:
    """Run each way once a round, turning the order round by round, so that a noisy neighbour bothers all alike.

    A way prepares what it needs, times what matters and returns one figure. The first round's figures are dropped
    when `warm_up`.
    """
    figures: Figures = {name: [] for name in ways}
    for number in range(rounds + warm_up):
        names = list(ways) if number % 2 else list(reversed(ways))
        for name in names:
            figure = await ways[name]()
            if number or not warm_up:
                figures[name].append(figure)
    return figures


async def rate(count: int, work: Callable[[], Awaitable[object]]) -> float:
    """How many of `count` a second `work` does."""
    began = time.perf_counter()
    await work()
    return count / (time.perf_counter() - began)


async def ended(task: "asyncio.Future[Any]") -> None:
    """Cancel a task until it has heard: a broker's answer at the same moment swallows a cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.5)


def cpu_seconds(pid: int) -> float:
    """The processor time that a process and its children have used so far."""
    found = 0.0
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if pid in (int(entry.name), int(fields[1])):
                found += sum(map(int, fields[11:15] if int(entry.name) == pid else fields[11:13]))
    return found / os.sysconf("SC_CLK_TCK")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


@dataclass(frozen=True)
class Ratio:
    """A comparison of two ways with what is wanted of it; give one of the two limits, or none to only show it."""

    of: str
    to: str
    at_least: float | None = None
    at_most: float | None = None

    def values(self, figures: Figures) -> list[float]:
        """One ratio a round: those that ran beside each other are compared."""
        return [ours / theirs for ours, theirs in zip(figures[self.of], figures[self.to], strict=True)]

    def holds(self, figures: Figures) -> bool:
        """Whether the median is within the limit."""
        found = median(self.values(figures))
        return found >= (self.at_least or 0) and (self.at_most is None or found <= self.at_most)

    @property
    def limit(self) -> str:
        """The limit in words."""
        if self.at_least is not None:
            return f"at least {self.at_least:g}x"
        return "" if self.at_most is None else f"at most {self.at_most:g}x"


@dataclass(frozen=True)
class Bound:
    """A limit on one figure itself, such as megabytes."""

    of: str
    at_most: float

    def holds(self, figures: Figures) -> bool:
        """Whether the median is within the limit."""
        return median(figures[self.of]) <= self.at_most


def report(
    benchmark: str, unit: str, figures: Figures, ratios: Sequence[Ratio] = (), bounds: Sequence[Bound] = ()
) -> bool:  # fmt: skip
    """Print a table of what was compared, then the same as one line of JSON; whether every target is met."""
    width = max(len(f"{ratio.of} / {ratio.to}") for ratio in ratios) if ratios else 0
    width = max(width, *map(len, figures))
    print(
        f"\n{benchmark}: {unit}; median of {len(next(iter(figures.values())))} interleaved rounds (lowest to highest)"
    )
    for name, values in figures.items():
        print(f"  {name:<{width}}  {_short(median(values)):>10}  ({_short(min(values))} to {_short(max(values))})")
    lines: list[dict[str, Any]] = []
    for ratio in ratios:
        values, met = ratio.values(figures), ratio.holds(figures)
        verdict = f"{ratio.limit}: {'met' if met else 'NOT MET'}" if ratio.limit else ""
        name = f"{ratio.of} / {ratio.to}"
        print(f"  {name:<{width}}  {median(values):>9.2f}x  ({min(values):.2f} to {max(values):.2f})  {verdict}")
        lines.append(
            {"of": ratio.of, "to": ratio.to, "ratio": round(median(values), 3), "limit": ratio.limit, "met": met}
        )
    for bound in bounds:
        met = bound.holds(figures)
        print(f"  {bound.of}: at most {_short(bound.at_most)}: {'met' if met else 'NOT MET'}")
        lines.append({"of": bound.of, "limit": f"at most {bound.at_most:g}", "met": met})
    medians = {name: round(median(values), 3) for name, values in figures.items()}
    spreads = {name: [round(min(values), 3), round(max(values), 3)] for name, values in figures.items()}
    print(json.dumps({"benchmark": benchmark, "unit": unit, "median": medians, "spread": spreads, "targets": lines}))
    return all(line["met"] for line in lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def arguments(description: str | None, **numbers: int) -> argparse.Namespace:
    """The command line of a benchmark: `--rounds`, and `--name 123` for each number given with its default."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=DEFAULT_ROUNDS)
    for name, default in numbers.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default, help=f"default {default}")
    return parser.parse_args()
