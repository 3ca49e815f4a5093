"""What keeping patterns current costs per 1,000 new incidents, when 400,000 are stored and when 40,000 are.

A country of 6 municipalities with 13,500 addresses, some busy and most quiet, has 40,000 incidents in the 65 weeks
that are looked at, by moment, in six families. Stored are those (40,000), ten times as long a history (400,000: long),
or those of a country ten times as large (400,000: wide).

- within a week: 1,000 more in the last week that has reports.
- a week on: the next week's reports, as many as such a country has in a week; windows move, and what left them is
  counted anew. Per 1,000 of them.

The timer's whole turn is timed: reading the log, counting, testing, correcting, settling proposals. The relay is not.

Wanted: at 400,000 at most 1.3x of the time at 40,000.

Run: nice .venv/bin/python -m benchmarks.patterns [--stored 40000] [--rounds 5]
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import uvloop

from beatbook.kit.db import Database
from beatbook.kit.timers import WorkerContext
from benchmarks.measuring import Ratio, Servers, arguments, interleaved, migrated, report, servers
from benchmarks.serving import settings_of
from services.cases.patterns.rules import LOOK_BACK, Grain
from services.cases.patterns.scanning import scan_all
from tests.serving import service_named

MUNICIPALITIES = 6
TIMES = 10
NEW = 1000
STEP = 20_000
LAST = date(2026, 3, 1)
"""A Sunday."""
WEEKS = LOOK_BACK[Grain.WEEK]
_FILL = """
    with told as (
    insert into incidents (id, source, external_id, area, occurred_from, occurred_until, month, longitude, latitude,
                           place, category, reporter_kind, repeat_victim, weekday, hour, recorded_at)
    select uuidv7(), 'bench', gen_random_uuid()::text, 'XK.M' || m || '.N' || address / 150, moment, moment,
           date_trunc('month', moment, 'UTC')::date, 20 + (m % 10) * 0.2 + (address % 50) * 0.0012,
           40 + (m / 10) * 0.2 + (address / 50) * 0.0009, address || ' Main Street',
           (array['0801', '0801', '0502', '0502', '0201', '0504', '0501', '0401'])[1 + floor(random() * 8)::int],
           'unknown', false, extract(isodow from moment) - 1, extract(hour from moment), now()
    from (select floor(random() * $1)::int as m, floor(power(random(), 2.2) * 2250)::int as address,
                 $2::timestamptz + floor(random() * $3) * interval '1 second' as moment
          from generate_series(1, $4)) as drawn
    returning id, area)
    insert into events (id, type, subject, area, time, actor, data, position)
    select gen_random_uuid(), 'org.beatbook.cases.incident.recorded.v1', id, area, now(), 'bench', '{}',
           coalesce((select max(position) from events), 0) + row_number() over (order by id)
    from told
"""


@dataclass
class Country:
    """A country's cases database, its size, and the last week that has reports."""

    database: Database
    context: WorkerContext
    municipalities: int
    last: date = LAST

    async def add(self, many: int, weeks: int) -> None:
        """Record so many over the weeks up to the last, as a relay has positioned them."""
        pool = await self.database.pool()
        start = datetime.combine(self.last + timedelta(days=1) - timedelta(weeks=weeks), datetime.min.time(), UTC)
        for done in range(0, many, STEP):
            seconds = float(weeks * 7 * 86_400 - 1)
            await pool.execute(_FILL, self.municipalities, start, seconds, min(STEP, many - done))

    async def timed(self, many: int) -> float:
        """Milliseconds per 1,000 of the turns that take in `many` new incidents."""
        began = time.perf_counter()
        await scan_all(self.context)
        return (time.perf_counter() - began) * 1000 / many * NEW

    async def within(self) -> float:
        """1,000 more in the last week."""
        await self.add(NEW, 1)
        return await self.timed(NEW)

    async def week_on(self, many: int) -> float:
        """The next week's."""
        self.last += timedelta(weeks=1)
        await self.add(many, 1)
        return await self.timed(many)


async def country(machines: Servers, municipalities: int, stored: int, weeks: int) -> Country:
    """A country with its incidents recorded, counted, and analysed as autovacuum would."""
    cases = service_named("cases")
    settings = settings_of(machines, cases, await migrated(machines, cases))
    database = Database(settings)
    made = Country(database, WorkerContext(database, settings, lambda: datetime.now(UTC)), municipalities)
    await made.add(stored, weeks)
    pool = await database.pool()
    await pool.execute("analyze")
    began, position = time.perf_counter(), -1
    while position < stored:
        await scan_all(made.context)
        position = await pool.fetchval("select position from pattern_cursor")
    looked = await pool.fetchval("select hypotheses from pattern_scans")
    print(f"{stored:,} over {weeks} weeks in {municipalities} municipalities: {looked:,} hypotheses, taken in at "
          f"{stored / (time.perf_counter() - began):,.0f} incidents/s")  # fmt: skip
    await pool.execute("vacuum analyze")
    return made


async def compare(machines: Servers, stored: int, rounds: int) -> bool:
    """Measure all three in turns."""
    more = f"{TIMES * stored:,}"
    countries = {
        f"{stored:,}": await country(machines, MUNICIPALITIES, stored, WEEKS),
        f"{more} long": await country(machines, MUNICIPALITIES, TIMES * stored, TIMES * WEEKS),
        f"{more} wide": await country(machines, TIMES * MUNICIPALITIES, TIMES * stored, WEEKS),
    }
    weekly = stored // WEEKS
    ways: dict[str, Callable[[], Awaitable[float]]] = {}
    for name, each in countries.items():
        many = weekly * each.municipalities // MUNICIPALITIES
        ways[f"within a week, {name}"] = each.within
        ways[f"a week on, {name}"] = lambda each=each, many=many: each.week_on(many)  # type: ignore[misc]
    figures = await interleaved(ways, rounds=rounds)
    limits = [
        Ratio(f"{way}, {more} {how}", f"{way}, {stored:,}", at_most=1.3)
        for way in ("within a week", "a week on")
        for how in ("long", "wide")
    ]
    for each in countries.values():
        await each.database.close()
    return report("patterns", "milliseconds per 1,000 new incidents", figures, limits)


def main() -> None:
    """Measure on servers of our own."""
    chosen = arguments(__doc__, stored=40_000)
    with servers() as machines:
        uvloop.run(compare(machines, chosen.stored, chosen.rounds))


if __name__ == "__main__":
    main()
