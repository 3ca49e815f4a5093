"""The nightly warning signals over all forums, beside one SQL pass written by hand that finds the same signals.

- ours, found: the histories gathered and the rules run over them, as each night does, where nothing has changed.
- ours, night: the timer's whole turn, which also compares with the signals that stand.
- ours, first night: the same on a country without any signal yet: all are raised, with events and agenda entries.
- by hand: one statement that returns (forum, code).

Before anything is timed, ours and the statement by hand have to find the same.

Wanted: found, and a night, under 3x of the statement by hand.

Run: nice .venv/bin/python -m benchmarks.signals [--forums 5000] [--meetings 20] [--rounds 5]
"""

import argparse
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import uvloop

from beatbook.kit.db import Database
from beatbook.kit.timers import WorkerContext
from benchmarks.forums import found
from benchmarks.measuring import Ratio, Servers, arguments, interleaved, migrated, report, servers
from benchmarks.serving import settings_of
from services.forum.signals.commands import assess_all
from services.forum.signals.histories import histories
from services.forum.signals.rules import signals
from tests.serving import service_named

NOW = datetime(2026, 10, 15, 2, tzinfo=UTC)
BY_HAND = """
with held as materialized (
    select f.id as forum_id, l.*,
           row_number() over (partition by f.id, l.public order by l.n) as among_alike
    from forums f cross join lateral (
        select m.id, m.held_at, m.starts_at, m.public, m.members_present + m.public_present as people, m.public_counts,
               m.highest_police_rank, row_number() over (order by held_at desc, id desc) - 1 as n
        from meetings m where m.forum_id = f.id and m.state = 'held' order by held_at desc, id desc limit 12
    ) l
),
attendance_fell as (
    select forum_id from held group by forum_id, public
    having count(*) > 3 and max(people) filter (where among_alike = 1)
                            < 0.7 * avg(people) filter (where among_alike between 2 and 7)
),
postponed as (
    select p.forum_id from postponements p
    left join (select forum_id, max(greatest(held_at, starts_at)) as last_at from held where n = 0 group by 1) l
      using (forum_id)
    where l.last_at is null or p.starts_at > l.last_at group by 1 having count(*) >= 2
),
ranked as (
    select h.forum_id, r.level, row_number() over (partition by h.forum_id order by h.n) as k
    from held h join (select lower(name) as name, level from rank_scales,
                      jsonb_array_elements_text(ranks) with ordinality as s (name, level)) r
      on r.name = lower(h.highest_police_rank)
),
rank_fell as (
    select forum_id from ranked group by 1
    having count(*) filter (where k between 3 and 8) >= 3 and max(level) filter (where k <= 2)
           < percentile_disc(0.5) within group (order by level) filter (where k between 3 and 8)
),
hostile as (
    select h.forum_id from held h join meeting_climates c on c.meeting_id = h.id
    where h.n < 3 and c.climate = 'hostile' group by 1 having count(*) >= 2
),
marks as materialized (
    select h.forum_id, a.member_id, bit_or(1 << h.n::int) as marked,
           bit_or(case when a.status = 'present' then 1 << h.n::int else 0 end) as came
    from held h join attendance a on a.meeting_id = h.id group by 1, 2
),
counts as materialized (
    select h.forum_id, 1 << h.n::int as bit, c.*
    from held h, jsonb_to_recordset(h.public_counts) as c (sex text, age_band text, minority_group text, count int)
),
came as materialized (
    select forum_id, kind, name, bit_or(came) as came from (
        select a.forum_id, v.kind, v.name, a.came from marks a join members m on m.id = a.member_id,
               lateral (values ('sector', m.sector), ('sex', m.sex), ('age', m.age_band),
                                ('minority', m.minority_group)) as v (kind, name)
        where v.name is not null and a.came > 0
        union all
        select c.forum_id, v.kind, v.name, c.bit from counts c,
               lateral (values ('sex', c.sex), ('age', c.age_band), ('minority', c.minority_group)) as v (kind, name)
        where v.name is not null and c.count > 0
    ) people group by 1, 2, 3
),
told as (
    select o.forum_id, o.bits as public, coalesce(a.bits, 0) as marked, coalesce(c.bits, 0) as counted
    from (select forum_id, bit_or(case when public then 1 << n::int else 0 end) as bits from held group by 1) o
    left join (select forum_id, bit_or(marked) as bits from marks group by 1) a using (forum_id)
    left join (select forum_id, bit_or(bit) as bits from counts
               where sex is not null or age_band is not null or minority_group is not null group by 1) c
      using (forum_id)
),
noted as (select forum_id, kind, bit_or(came) as bits from came where kind in ('sex', 'age') group by 1, 2),
series as (
    select c.forum_id, c.came, c.came | case c.kind when 'sector' then t.marked
        when 'minority' then (t.marked | t.counted) & t.public else n.bits & t.public end as told
    from came c join told t using (forum_id) left join noted n on n.forum_id = c.forum_id and n.kind = c.kind
),
stopped as (
    select distinct s.forum_id from series s cross join lateral (
        select count(*) filter (where k <= 3 and was) as recent, count(*) filter (where k between 4 and 9) as before,
               count(*) filter (where k between 4 and 9 and was) as earlier
        from (select (s.came >> n) & 1 = 1 as was, row_number() over (order by n) as k
              from generate_series(0, 11) as n where (s.told >> n) & 1 = 1) meetings
    ) f
    where s.came & 1 = 0 and f.recent = 0 and f.earlier >= greatest(3, f.before / 2.0)
),
overdue as (
    select forum_id from decisions where state = 'open' group by 1
    having count(*) filter (where due_on < $1) * 3 > count(*)
)
select distinct forum_id, 'attendance-fell' as code from attendance_fell
union all select forum_id, 'postponed-twice' from postponed
union all select forum_id, 'police-rank-fell' from rank_fell
union all select forum_id, 'hostile-climate' from hostile
union all select forum_id, 'group-stopped-coming' from stopped
union all select forum_id, 'decisions-overdue' from overdue
"""


async def by_hand(db: asyncpg.Connection, _: list[UUID]) -> set[tuple[UUID, str]]:
    """What the statement written by hand finds."""
    return {(row[0], row[1]) for row in await db.fetch(BY_HAND, NOW.date())}


async def ours(db: asyncpg.Connection, forum_ids: list[UUID]) -> set[tuple[UUID, str]]:
    """What our rules find in the histories."""
    gathered = await histories(db, forum_ids, NOW.date())
    return {(forum_id, code.value) for forum_id, history in gathered.items() for code in signals(history)}


async def forget(db: asyncpg.Connection) -> None:
    """Back to a country without any signal."""
    await db.execute("truncate signals, agenda_entries")


async def compare(machines: Servers, chosen: argparse.Namespace) -> bool:
    """Fill a country, see that both find the same, and time them."""
    service = service_named("forum")
    url = await migrated(machines, service)
    await found(url, chosen.forums, chosen.meetings, history=True)
    settings = settings_of(machines, service, url)
    database = Database(settings)
    context = WorkerContext(database, settings, lambda: NOW)
    db = await asyncpg.connect(url)
    forum_ids = [row["id"] for row in await db.fetch("select id from forums")]
    wanted, got = await by_hand(db, forum_ids), await ours(db, forum_ids)
    assert wanted == got, (len(wanted), len(got), list(wanted ^ got)[:5])
    counted = {code: sum(each == code for _, each in got) for code in sorted({code for _, code in got})}
    print(f"the same {len(got):,} signals in {chosen.forums:,} forums: {counted}")

    def timed(work: Callable[[], Awaitable[Any]], before: Callable[[], Awaitable[Any]] | None = None) -> Any:
        async def run() -> float:
            if before is not None:
                await before()
            began = time.perf_counter()
            await work()
            return (time.perf_counter() - began) * 1e3

        return run

    figures = await interleaved(
        {
            "ours, found": timed(lambda: ours(db, forum_ids)),
            "ours, first night": timed(lambda: assess_all(context), lambda: forget(db)),
            "ours, night": timed(lambda: assess_all(context), lambda: assess_all(context)),
            "by hand": timed(lambda: by_hand(db, forum_ids)),
        },
        rounds=chosen.rounds,
    )
    await db.close()
    await database.close()
    limits = [
        Ratio("ours, found", "by hand", at_most=3),
        Ratio("ours, night", "by hand", at_most=3),
        Ratio("ours, first night", "by hand"),
    ]
    return report("signals", f"milliseconds over {chosen.forums:,} forums", figures, limits)


def main() -> None:
    """Measure on servers of our own."""
    chosen = arguments(__doc__, forums=5000, meetings=20)
    with servers() as machines:
        uvloop.run(compare(machines, chosen))


if __name__ == "__main__":
    main()
