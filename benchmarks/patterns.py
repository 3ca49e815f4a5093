"""What keeping patterns current costs per 1,000 new incidents, when 400,000 are stored and when 40,000 are.

A country of 6 municipalities with 13,500 addresses, some busy and most quiet, has 40,000 incidents in the 65 weeks
that are looked at, by moment, in six families. Stored are those (40,000), ten times as long a history (400,000 long),
or those of a country ten times as large (400,000 wide).

- within a week: 1,000 more in the last week that has reports. In the large country as one directorate sends them, in 6
  of its municipalities (a tenth), so that as many places are touched; or spread over all 60 (thin).
- a week on: the next week's reports, as many as such a country has in a week; windows move, and what left them is
  counted anew. Per 1,000 of them.

The timer's whole turn is timed: reading the log, counting, testing, correcting, settling proposals. The relay is not.
Incidents are stored in the order of time, as a history grows, and vacuumed before anything is timed. Each timed turn
comes after a short one on the same database, for all of them share 32 MB of PostgreSQL's memory. Processor time is
this process's and PostgreSQL's, which other work on the machine disturbs less.

Wanted: at 400,000 at most 1.3x of the time at 40,000.

Run: nice .venv/bin/python -m benchmarks.patterns [--stored 40000] [--rounds 5]
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

import asyncpg
import uvloop

from beatbook.kit.db import Database
from beatbook.kit.timers import WorkerContext
from benchmarks.measuring import Figures, Ratio, Servers, arguments, cpu_seconds, interleaved, migrated, report, servers
from benchmarks.serving import settings_of
from services.cases.patterns.rules import LOOK_BACK, Grain
from services.cases.patterns.scanning import scan_all
from tests.serving import service_named

MUNICIPALITIES = 6
TIMES = 10
NEW = 1000
WARM = 200
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
    server: int
    """PostgreSQL's process."""
    processor: Figures
    last: date = LAST

    async def add(self, many: int, weeks: int, municipalities: int | None = None) -> None:
        """Record so many over the weeks up to the last, oldest first, as a relay has positioned them."""
        pool = await self.database.pool()
        start = datetime.combine(self.last + timedelta(days=1) - timedelta(weeks=weeks), datetime.min.time(), UTC)
        steps = -(-many // STEP)
        seconds = (weeks * 7 * 86_400 - 1) / steps
        for step in range(steps):
            begin = start + timedelta(seconds=step * seconds)
            await pool.execute(
                _FILL, municipalities or self.municipalities, begin, seconds, min(STEP, many - step * STEP)
            )

    async def timed(self, way: str, many: int) -> float:
        """Milliseconds per 1,000 of the turns that take in `many` new incidents."""
        worked = time.process_time() + cpu_seconds(self.server)
        began = time.perf_counter()
        await scan_all(self.context)
        took = time.perf_counter() - began
        worked = time.process_time() + cpu_seconds(self.server) - worked
        self.processor.setdefault(way, []).append(worked * 1000 / many * NEW)
        return took * 1000 / many * NEW

    async def warm(self, municipalities: int) -> None:
        """A turn that isn't timed, over what the last minutes brought."""
        await self.add(WARM, 1, municipalities)
        await scan_all(self.context)

    async def within(self, way: str, municipalities: int) -> float:
        """1,000 more in the last week."""
        await self.warm(municipalities)
        await self.add(NEW, 1, municipalities)
        return await self.timed(way, NEW)

    async def week_on(self, way: str, many: int) -> float:
        """The next week's."""
        await self.warm(self.municipalities)
        self.last += timedelta(weeks=1)
        await self.add(many, 1)
        return await self.timed(way, many)


async def country(machines: Servers, processor: Figures, municipalities: int, stored: int, weeks: int) -> Country:
    """A country with its incidents recorded, counted, and analysed as autovacuum would."""
    cases = service_named("cases")
    settings = settings_of(machines, cases, await migrated(machines, cases))
    database = Database(settings)
    context = WorkerContext(database, settings, lambda: datetime.now(UTC))
    made = Country(database, context, municipalities, machines.pids["postgres"], processor)
    await made.add(1, 1)  # the windows stand where they will, or each week of the history would move them
    await made.add(stored - 1, weeks)
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
    admin = await asyncpg.connect(machines.postgres.admin_url)
    await admin.execute("checkpoint")
    await admin.close()
    return made


async def compare(machines: Servers, stored: int, rounds: int) -> bool:
    """Measure all three in turns."""
    more = f"{TIMES * stored:,}"
    processor: Figures = {}
    few, all_over = MUNICIPALITIES, TIMES * MUNICIPALITIES
    short = await country(machines, processor, few, stored, WEEKS)
    long = await country(machines, processor, few, TIMES * stored, TIMES * WEEKS)
    wide = await country(machines, processor, all_over, TIMES * stored, WEEKS)
    within, week_on = "within a week, ", "a week on, "
    weekly = stored // WEEKS
    ways: dict[str, Callable[[str], Awaitable[float]]] = {
        f"{within}{stored:,}": lambda way: short.within(way, few),
        f"{within}{more} long": lambda way: long.within(way, few),
        f"{within}{more} wide": lambda way: wide.within(way, few),
        f"{within}{more} wide, thin": lambda way: wide.within(way, all_over),
        f"{week_on}{stored:,}": lambda way: short.week_on(way, weekly),
        f"{week_on}{more} long": lambda way: long.week_on(way, weekly),
        f"{week_on}{more} wide": lambda way: wide.week_on(way, TIMES * weekly),
    }
    figures = await interleaved({way: partial(do, way) for way, do in ways.items()}, rounds=rounds)
    processor = {way: values[1:] for way, values in processor.items()}
    limits = [
        Ratio(way, f"{when}{stored:,}", at_most=1.3)
        for when in (within, week_on)
        for way in ways
        if way.startswith(f"{when}{more}")
    ]
    for each in (short, long, wide):
        await each.database.close()
    report(
        "patterns", "milliseconds of processor time per 1,000 new incidents", processor,
        [Ratio(limit.of, limit.to) for limit in limits],
    )  # fmt: skip
    return report("patterns", "milliseconds per 1,000 new incidents", figures, limits)


def main() -> None:
    """Measure on servers of our own."""
    chosen = arguments(__doc__, stored=40_000)
    with servers() as machines:
        uvloop.run(compare(machines, chosen.stored, chosen.rounds))


if __name__ == "__main__":
    main()
