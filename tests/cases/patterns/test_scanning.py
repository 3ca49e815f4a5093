"""Rule C3: the scan follows the log, and what it keeps is what counting everything anew would give."""

import asyncio
import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from beatbook.kit.timers import WorkerContext
from services.cases.patterns.scanning import scan_all
from tests.cases.conftest import Call
from tests.cases.patterns.conftest import Record, Scan

PLACES = [(f"{number} Main Street", 21.01 + number * 0.0004, 42.01 + (number % 3) * 0.0006) for number in range(40)]


def quiet(chance: random.Random, weeks: int = 40, rate: float = 0.5) -> list[dict[str, Any]]:
    """Reports by chance over places, weekdays and hours, up to the first week of March 2026; some by month only."""
    rows = []
    for place, longitude, latitude in PLACES:
        for week in range(weeks):
            for _ in range(sum(chance.random() < rate / 4 for _ in range(4))):
                day = date(2026, 3, 2) - timedelta(weeks=week) + timedelta(days=chance.randrange(7))
                rows.append(report(place, longitude, latitude, f"{day}T{chance.randrange(24):02}:15+01:00"))
    return numbered(rows)


def report(place: str, longitude: float, latitude: float, when: str, category: str = "0801") -> dict[str, Any]:
    return {"category": category, "place": place, "longitude": longitude, "latitude": latitude, "occurred_at": when}


def numbered(rows: Sequence[dict[str, Any]], start: str = "q") -> list[dict[str, Any]]:
    return [row | {"external_id": f"{start}{number}"} for number, row in enumerate(rows)]


def burst(number: int, many: int, start: str = "p") -> list[dict[str, Any]]:
    """Reports on the Friday evenings of the last four weeks, at one place."""
    evenings = [date(2026, 3, 6) - timedelta(weeks=week) for week in range(4)]
    rows = [report(*PLACES[number], f"{evenings[nth % 4]}T20:{nth:02}:00+01:00") for nth in range(many)]
    return numbered(rows, start)


async def kept(db: asyncpg.Connection) -> dict[str, Any]:
    """All that is kept of counts and tests, by what it is about rather than by id."""
    looks = await db.fetch(
        """select kind, p.area, p.key, family, grain, band, l.municipality, total, in_short, in_long, past, squares,
                  p_short, p_long
           from pattern_looks as l join pattern_places as p on p.id = place_id order by 1, 2, 3, 4, 5, 6"""
    )
    spreads = await db.fetch(
        "select * from pattern_spreads where squares + totals <> 0 order by municipality, kind, family, grain, band"
    )
    totals = await db.fetch("select * from pattern_totals order by grain, bucket, municipality, family, band")
    margins = await db.fetch(
        "select * from pattern_margins where total <> 0 order by municipality, family, grain, band"
    )
    scans = await db.fetch("select * from pattern_scans order by country")
    return {"looks": list(map(tuple, looks)), "spreads": list(map(tuple, spreads)),
            "totals": list(map(tuple, totals)), "margins": list(map(tuple, margins)),
            "scans": list(map(tuple, scans))}  # fmt: skip


async def forgotten(db: asyncpg.Connection) -> None:
    """Have the scan begin anew."""
    await db.execute(
        """truncate pattern_looks, pattern_spreads, pattern_totals, pattern_margins, pattern_scans, pattern_sightings,
                    pattern_places, pattern_neighbours, pattern_proposals"""
    )
    await db.execute("update pattern_cursor set position = 0")


def mixed(chance: random.Random) -> list[dict[str, Any]]:
    """Two families, two grains, two municipalities and one place without a point."""
    rows = quiet(chance, weeks=80, rate=0.3)
    months = numbered(
        [
            report(*PLACES[chance.randrange(40)], "2026-01", "0501")
            | {"occurred_at": None, "month": f"2025-{chance.randrange(1, 13):02}"}
            for _ in range(200)
        ],
        "m",
    )
    pec = numbered([report("Market", 20.1, 42.1, f"2026-02-{day:02}", "0502") for day in range(1, 20)], "pec")
    named = numbered(
        [{"category": "0502", "area": "XK.PEC", "place": "Station", "month": "2026-02"} for _ in range(9)], "n"
    )
    return rows + months + pec + named + burst(3, 12)


@pytest.mark.parametrize("seed", [1, 2])
async def test_kept_current_equals_counted_anew(
    seed: int, record: Record, scan: Scan, database: asyncpg.Connection
) -> None:
    """In whatever order and batches incidents come. Rule C3."""
    chance = random.Random(seed)
    rows = mixed(chance)
    chance.shuffle(rows)
    while rows:
        many = chance.choice([1, 7, 150, 700])
        await record(rows[:many])
        rows = rows[many:]
        await scan()
    current = await kept(database)
    assert len(current["looks"]) > 50
    assert {look[4] for look in current["looks"]} == {"week", "month"}
    assert any(look[-1] is not None for look in current["looks"])
    await forgotten(database)
    await scan()
    assert await kept(database) == current


_BY_DEFINITION = """
    with member as (
        select 'address' as kind, id as place_id, id as other_id from pattern_places
        union all select 'cluster', place_id, other_id from pattern_neighbours
    ), horizon as (
        select 'week' as grain, last_week - 64 * 7 as earliest, last_week - 3 * 7 as short, last_week - 12 * 7 as long
        from pattern_scans
        union all
        select 'month', last_month - interval '14 months', last_month, last_month - interval '2 months'
        from pattern_scans
    ), counted as (
        select kind, member.place_id, family, grain, band, bucket, count(*) as many, min(other_id) as first,
               max(other_id) as last, bucket >= short as in_short, bucket >= long as in_long
        from member join pattern_sightings as sighting on sighting.place_id = other_id join horizon using (grain)
        cross join lateral (values ('any'), (part), (weekday || '-' || part)) as bands (band)
        where band is not null and bucket >= earliest
        group by kind, member.place_id, family, grain, band, bucket, short, long
    )
    select kind, place_id, family, grain, band, sum(many), coalesce(sum(many) filter (where in_short), 0),
           coalesce(sum(many) filter (where in_long), 0), coalesce(sum(many) filter (where not in_long), 0),
           coalesce(sum(many * many) filter (where not in_long), 0)
    from counted group by 1, 2, 3, 4, 5
    having sum(many) >= 5 and (kind = 'address' or min(first) <> max(last)) order by 1, 2, 3, 4, 5
"""


async def test_counts_are_those_of_the_definition(record: Record, scan: Scan, database: asyncpg.Connection) -> None:
    """In all bands and both windows, of addresses and clusters, after windows moved on. Rule C3."""
    rows = sorted(mixed(random.Random(4)), key=lambda row: row.get("occurred_at") or row["month"])
    for start in range(0, len(rows), 400):
        await record(rows[start : start + 400])
        await scan()
    looks = await database.fetch(
        """select kind, place_id, family, grain, band, total, in_short, in_long, past, squares from pattern_looks
           order by 1, 2, 3, 4, 5"""
    )
    assert {(row["kind"], row["grain"]) for row in looks} == {
        (kind, grain) for kind in ("address", "cluster") for grain in ("week", "month")
    }
    assert list(map(tuple, looks)) == list(map(tuple, await database.fetch(_BY_DEFINITION)))


async def test_hypotheses_are_all_that_was_looked_at(record: Record, scan: Scan, database: asyncpg.Connection) -> None:
    """Both windows of each place, family and band with enough incidents; not only what is proposed. Rule C3."""
    await record(mixed(random.Random(3)))
    await scan()
    looks = await database.fetchval("select count(*) from pattern_looks")
    assert await database.fetchval("select hypotheses from pattern_scans") == 2 * looks
    proposed = await database.fetchval("select count(*) from pattern_proposals")
    assert 0 < proposed < looks / 10


async def test_a_planted_pattern_is_proposed_with_its_incidents(record: Record, scan: Scan, call: Call) -> None:
    """Rule C3: it shows its incidents, its test, its p-value, what that is corrected over."""
    await record(quiet(random.Random(5)))
    await scan()
    assert (await call("GET", "/v1/patterns")).json()["items"] == []
    await record(burst(7, 14))
    await scan()
    (proposal,) = (await call("GET", "/v1/patterns")).json()["items"]
    whole = (await call("GET", f"/v1/patterns/{proposal['id']}")).json()
    assert (whole["state"], whole["family"], whole["area"]) == ("open", "0801", "XK.PRI.DARDANIA")
    assert (whole["window_from"], whole["window_until"]) == ("2026-02-09", "2026-03-09")
    assert whole["observed"] == len(whole["incidents"]) >= 14
    assert whole["places"][0]["place"] == "7 Main Street"
    assert whole["expected"] < whole["observed"] / 2
    assert whole["p_value"] < whole["q_value"] <= 0.05
    assert whole["hypotheses"] > 100
    assert "Fisher" in whole["test"]
    found = [(await call("GET", f"/v1/incidents/{number}")).json() for number in whole["incidents"]]
    assert sum(incident["place"] == "7 Main Street" for incident in found) >= 14


async def test_noise_is_not_proposed(record: Record, scan: Scan, database: asyncpg.Connection) -> None:
    await record(quiet(random.Random(11), rate=0.8))
    await scan()
    assert await database.fetchval("select hypotheses from pattern_scans") > 100
    assert await database.fetchval("select count(*) from pattern_proposals") == 0


async def test_run_twice_or_by_two_at_once_it_counts_once(
    record: Record, scan: Scan, clockwork: WorkerContext, database: asyncpg.Connection
) -> None:
    """The clock's work is once only in effect. Rule X3."""
    await record(quiet(random.Random(5)) + burst(7, 14))
    await database.execute("update events set position = seq")  # a relay has been here
    await asyncio.gather(*(scan_all(clockwork) for _ in range(3)))
    current = await kept(database)
    await scan_all(clockwork)
    await database.execute("update pattern_cursor set position = 0")  # and had it forgotten how far it was
    await scan_all(clockwork)
    assert await kept(database) == current
    assert await database.fetchval("select count(*) from pattern_proposals") == 1
    told = await database.fetchval("select count(*) from events where type like '%.pattern.proposed.v1'")
    assert told == 1
