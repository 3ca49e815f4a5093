"""A `beatbook up` under load that bears one harm after the other; each time all that was ever written is looked at."""

import asyncio
import os
import shutil
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import nats
from nats.js import JetStreamContext

from beatbook.kit.failpoints import Step
from tests.chaos.country import Country
from tests.chaos.fleet import Fleet
from tests.chaos.instance import Up, alive, wait_for
from tests.chaos.invariants import Books

READERS = ("cases", "kpi", "handover")
"""Services with projections that the writers fill."""
DEATHS_IN_REBUILDING = (Step.CONSUMER_APPLIED, Step.REBUILD_FILLED, Step.REBUILD_EXCHANGED, Step.REBUILD_SWITCHED)


@dataclass
class Site:
    """The instance, who writes, and an early copy of the broker's store."""

    up: Up
    fleet: Fleet
    country: Country
    old_store: Path

    @property
    def books(self) -> Books:
        return Books(self.up.databases, self.up.broker_url)

    def while_frozen(self, act: Callable[[], object], *, then: signal.Signals) -> None:
        """Do something to the store while the broker is stopped, then let it go on or kill it."""
        pid = self.up.pids["nats"]
        os.kill(pid, signal.SIGSTOP)
        act()
        os.kill(pid, then)
        if then == signal.SIGKILL:
            wait_for(lambda: not alive(pid), "the broker is dead")
            wait_for(lambda: self.up.pids.get("nats") not in (None, pid), "the broker is started again")

    def ask(self, service: str, work: Callable[[JetStreamContext], Awaitable[None]]) -> None:
        """Have an administrator do something to a service's stream."""

        async def asked() -> None:
            client = await nats.connect(self.up.broker_url(service))
            try:
                await work(client.jetstream())
            finally:
                await client.close()

        asyncio.run(asked())

    def close(self) -> None:
        self.fleet.close()
        self.up.stop()

    def check(self, *, holes: bool = False) -> None:
        """See the writers done, all settled, and everything as it must be."""
        self.fleet.finish()
        wait_for(self.up.ready, "every process is ready")
        asyncio.run(self.books.settle())
        acknowledged = self.country.acknowledged + self.fleet.acknowledged()
        assert asyncio.run(self.books.faults(acknowledged, holes=holes)) == []

    def compare(self, *readers: str) -> None:
        """See that what lives is what a rebuild makes."""
        for reader in readers:
            compared = self.up.events("reconcile", reader)
            assert compared.returncode == 0, compared.stdout + compared.stderr


def open_site(directory: Path) -> Site:
    """Start an instance, found the country, begin writing, and copy the broker's store early."""
    up, fleet = Up(directory), Fleet(directory)
    site = Site(up, fleet, Country({}, ""), directory / "old-store")
    try:
        up.start()
        site.country.urls, site.country.token = up.urls, up.token("admin@XK")
        site.country.found()
        fleet.muster(site.country, (("forum", 2, 0.01), ("incidents", 1, 0.1)))
        fleet.await_progress(20)
        site.while_frozen(lambda: shutil.copytree(up.store, site.old_store), then=signal.SIGCONT)
        fleet.await_progress(20)
        fleet.finish()
    except BaseException:
        site.close()
        raise
    return site
