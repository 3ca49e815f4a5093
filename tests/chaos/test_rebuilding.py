"""A projection is rebuilt while it is read and its sources go on; a rebuild that dies harms nothing. Rules K12, X3."""

import asyncio
import json
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import asyncpg
import pytest

from beatbook.kit.failpoints import VARIABLE, Step
from tests.chaos.site import DEATHS_IN_REBUILDING, READERS, Site

pytestmark = pytest.mark.timeout(600)


@dataclass
class Watch:
    """What a reader of the country's incidents saw: how many there were, one look after the other."""

    seen: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def look(self, url: str, token: str) -> None:
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                (series,) = json.loads(answer.read())["series"]
            self.seen.append(sum(series["numerators"]))
        except (OSError, ValueError) as error:
            self.failures.append(repr(error))


@contextmanager
def watched(site: Site) -> Iterator[None]:
    """Read all the time; no read may fail, nor see fewer incidents than the one before it."""
    watch, over = Watch(), threading.Event()
    kpi, token = site.up.urls["kpi"], site.up.token("council@XK")
    url = f"{kpi}/v1/series?indicator=incidents_per_10000&area=XK&from=2025-01&to=2025-12"

    def read() -> None:
        while not over.is_set():
            watch.look(url, token)
            time.sleep(0.05)

    reading = threading.Thread(target=read)
    reading.start()
    try:
        yield
    finally:
        over.set()
        reading.join()
    assert watch.failures == []
    assert watch.seen == sorted(watch.seen)
    assert watch.seen[0] > 0


@pytest.mark.parametrize("step", DEATHS_IN_REBUILDING)
def test_a_rebuild_dies_at_a_step(site: Site, step: Step) -> None:
    """The live tables are the old ones or the new ones, whole; the next rebuild works, under load as well."""
    site.fleet.resume()
    site.fleet.await_progress(10)
    with watched(site):
        died = site.up.events("rebuild", "kpi", **{VARIABLE: f"{step}=1"})
        assert died.returncode == -signal.SIGKILL, died.stdout + died.stderr
        site.fleet.await_progress(10)
        again = site.up.events("rebuild", "kpi")
        assert again.returncode == 0, again.stderr
        site.fleet.await_progress(10)
    site.check()
    site.compare("kpi")


@pytest.mark.parametrize("reader", READERS)
def test_a_rebuild_makes_what_was_there(site: Site, reader: str) -> None:
    rebuilt = site.up.events("rebuild", reader, "--json")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert any(json.loads(rebuilt.stdout).values())
    site.check()
    site.compare(reader)


def test_a_comparison_names_each_planted_difference(site: Site) -> None:
    """Somebody has had a hand in the figures: a row is gone, one is invented, one is changed."""
    planted = asyncio.run(plant(site.up.databases["kpi"]))
    compared = site.up.events("reconcile", "kpi", "--json")
    assert compared.returncode == 1
    found = json.loads(compared.stdout)
    assert {(row["table"], row["key"], row["kind"]) for row in found["differences"]} == planted
    told = site.up.events("reconcile", "kpi").stdout
    assert all(f"{table} [{key}]: {kind}" in told for table, key, kind in planted)
    assert site.up.events("rebuild", "kpi").returncode == 0
    site.check()
    site.compare("kpi")


async def plant(database: str) -> set[tuple[str, str, str]]:
    """Delete, invent and change one row each of the facts."""
    db = await asyncpg.connect(database)
    key = "concat_ws(' ', measure, area, month, category, counts_from)"
    try:
        gone, changed = await db.fetch(f"select ctid, {key} as key from facts where measure = 'incidents' limit 2")
        await db.execute("update facts set count = count + 1 where ctid = $1", changed["ctid"])
        await db.execute("delete from facts where ctid = $1", gone["ctid"])
        invented = await db.fetchval(
            "insert into facts (measure, area, month, category, counts_from, count)"
            f" values ('incidents', 'XK.PRI', '2001-01-01', '0801', '-infinity', 3) returning {key}"
        )
    finally:
        await db.close()
    return {("facts", gone["key"], "missing"), ("facts", changed["key"], "different"), ("facts", invented, "surplus")}
