"""The chaos run: everything is killed and frozen at random moments while load runs, and nothing is lost. Rule X1.

`make test` does a bounded one. `make test-chaos SECONDS=600 SEED=7` does it for as long as told; a run that failed is
repeated with its seed (the same harm in the same order; how it meets the work is up to the machine).
"""

import asyncio
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from beatbook.runtime.supervisor import LONGEST_PAUSE_VARIABLE
from tests.chaos.country import AREAS, Country, Partner
from tests.chaos.fleet import Fleet
from tests.chaos.instance import Up, http_status, wait_for
from tests.chaos.invariants import Books
from tests.chaos.monkey import Monkey
from tests.chaos.writers import Ack

SECONDS = float(os.environ.get("BEATBOOK_CHAOS_SECONDS") or 40)
SEED = int(os.environ.get("BEATBOOK_CHAOS_SEED") or random.SystemRandom().randrange(1_000_000))
LEAST_KILLS, LEAST_COMMANDS = 40, 200
pytestmark = pytest.mark.timeout(SECONDS + 900)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    made = Up(tmp_path, {LONGEST_PAUSE_VARIABLE: "0.5"})
    yield made
    made.stop()


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet(tmp_path)
    yield made
    made.close()


@pytest.fixture
def partner() -> Iterator[Partner]:
    made = Partner()
    yield made
    made.close()


def test_nothing_is_lost_or_doubled_whatever_dies(up: Up, fleet: Fleet, partner: Partner, tmp_path: Path) -> None:
    began = time.monotonic()
    up.start()
    country = Country(up.urls, up.token("admin@XK"))
    country.found()
    endpoint = partner.register(up.urls["webhooks"], up.token("partner@XK", agency="legal-aid"))
    fleet.muster(country, (("forum", 4, 0.01), ("incidents", 2, 0.1), ("founding", 1, 0.1)))

    def find(target: str, chance: random.Random) -> int | None:
        if target == "writer":
            return fleet.any(chance)
        if target == "backend":
            backends = up.backends()
            return chance.choice(backends) if backends else None
        return up.pids.get(target)

    print(f"\nseed {SEED}, {SECONDS:.0f} s of load")
    monkey = Monkey(SEED, find, fleet.progress, print)
    until = time.monotonic() + SECONDS
    try:
        while time.monotonic() < until or monkey.kills.total() < LEAST_KILLS or fleet.progress() < LEAST_COMMANDS:
            fleet.tend()
            monkey.step()
            time.sleep(0.02)
            assert up.process is not None
            assert up.process.poll() is None, "the supervisor ended"
    finally:
        monkey.rest()
    print(f"{time.monotonic() - began:.0f} s: load and harm end")
    wait_for(up.ready, "every process is ready again")
    print(f"{time.monotonic() - began:.0f} s: ready")
    fleet.finish()
    print(f"{time.monotonic() - began:.0f} s: writers done")
    acknowledged = country.acknowledged + fleet.acknowledged()
    books = Books(up.databases, up.broker_url)
    asyncio.run(books.settle())
    print(f"{time.monotonic() - began:.0f} s: settled")
    faults = asyncio.run(books.faults(acknowledged)) + asyncio.run(delivery_faults(books, partner, endpoint))
    for reader in ("forum", "cases", "kpi", "handover"):
        compared = up.events("reconcile", reader)
        faults += [compared.stdout + compared.stderr] if compared.returncode else []
    assert http_status(f"{up.urls['gateway']}/") == 200
    faults += [line for line in (tmp_path / "up.log").read_text().splitlines() if " ended with status " in line]
    tell(monkey, fleet, acknowledged, faults, began)
    assert not faults, f"seed {SEED}: {faults[:20]}"


async def delivery_faults(books: Books, partner: Partner, endpoint: str) -> list[str]:
    """A partner's deliveries are the forums founded since it registered: each once, in their order."""
    founded = await books.rows(
        "forum", "select id from events where type like '%.forum.founded.%' order by position offset $1", len(AREAS)
    )
    queued = await books.rows("webhooks", "select event_id from deliveries order by seq")
    want, have = [row["id"] for row in founded], [row["event_id"] for row in queued]
    found = [] if want == have else [f"deliveries to {endpoint}: {len(have)} for {len(want)} forums, or out of order"]
    return found + [f"a partner heard of {event}" for event in set(partner.heard) - set(map(str, want))]


def tell(monkey: Monkey, fleet: Fleet, acknowledged: list[Ack], faults: list[str], began: float) -> None:
    """Print what was done and what came of it."""
    print(f"kills: {monkey.kills.total()} {dict(monkey.kills.most_common())}")
    print(f"freezes: {monkey.freezes.total()} {dict(monkey.freezes.most_common())}")
    incidents = sum(len(ack["cells"]) for ack in acknowledged if ack["kind"] == "batch")
    commands = len(acknowledged)
    print(f"acknowledged: {commands} commands, {incidents} incidents in them; answers {dict(fleet.answers())}")
    print(f"seed {SEED}: {faults or 'all is well'}, {time.monotonic() - began:.0f} s in all")
