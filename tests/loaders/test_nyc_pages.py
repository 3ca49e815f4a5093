"""After the import of 27 years every public page of them renders, and no reader of its events chokes on old dates."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from tests.loaders.nyc import AREA, DATA, NOW, Importer, read_committee
from tests.loaders.test_nyc import pages

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the shared data sets are not beside the project")

PDF_OF_EVERY = 40
"""Each takes a moment to be set."""
AT_ONCE = 4


@pytest.mark.timeout(900)
async def test_every_public_page_of_an_imported_committee_renders(
    stack: Any,
    tokens: Callable[..., str],
    eventually: Callable[..., Awaitable[Any]],
    record_property: Callable[[str, object], None],
) -> None:
    running = await stack("forum", "kpi", "handover", "gateway", clock=lambda: NOW)
    importer = Importer(running["forum"].http, tokens("admin@US"))
    forum = await importer.found()
    records = read_committee()
    sent = await importer.send(forum, records.rows)
    assert sent.counts["meeting"]["added"] == 525
    await importer.post(f"/forums/{forum}/reports/2025", {"foreword": "A year."})

    minutes = await pages(running["forum"].http, "/minutes")
    assert len(minutes) == 435
    paths = [f"/forum/{forum}", f"/area/{AREA}/forums", f"/forum/{forum}/calendar", f"/forum/{forum}/calendar.ics",
             f"/area/{AREA}/calendar", f"/area/{AREA}/calendar.ics", f"/forum/{forum}/feed.atom",
             f"/area/{AREA}/feed.atom", f"/forum/{forum}/corrections", f"/forum/{forum}/concern"]  # fmt: skip
    for number, one in enumerate(minutes):
        own = f"/minutes/{one['id']}"
        paths += [own, f"{own}/versions/1", f"{own}/versions/1.json", f"{own}/chain.json", f"{own}/verify"]
        if number % PDF_OF_EVERY == 0:
            paths.append(f"{own}/versions/1.pdf")
    gate, largest = asyncio.Semaphore(AT_ONCE), 0

    async def read(path: str) -> None:
        nonlocal largest
        async with gate:
            answer = await running["gateway"].http.get(path, timeout=60)
        assert (answer.status_code, bool(answer.content)) == (200, True), path
        if path.endswith("/versions/1") or path.count("/") == 2:
            assert "</html>" in answer.text, path
            largest = max(largest, len(answer.content))

    await asyncio.gather(*map(read, paths))
    record_property("pages", len(paths))
    record_property("largest_page_bytes", largest)

    handover = await asyncpg.connect(running["handover"].settings.database_url)
    kpi = await asyncpg.connect(running["kpi"].settings.database_url)
    try:

        async def heard() -> bool:
            states = await handover.fetch("select state, count(*) as n from meetings group by state")
            return {row["state"]: row["n"] for row in states} == {"held": 443, "postponed": 81, "planned": 1}

        assert await eventually(heard)
        for database in (handover, kpi):
            assert await database.fetchval("select count(*) from parked_events") == 0
        assert await handover.fetchval("select count(*) from published_minutes") == 435
    finally:
        await handover.close()
        await kpi.close()
