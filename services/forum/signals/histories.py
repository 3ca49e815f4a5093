"""The histories of many forums by one statement: what the rules find signals in. Rule F17."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.forum.meetings.rules import Climate
from services.forum.signals.rules import WINDOW, Group, Held, History, Postponed

_SQL = """
with wanted as (
    select id, split_part(area, '.', 1) as country from forums where id = any($1)
),
ranks as (
    select country, lower(trim(name)) as name, min(level)::int as level
    from rank_scales, jsonb_array_elements_text(ranks) with ordinality as scale (name, level)
    group by 1, 2
),
held as materialized (
    select wanted.id as forum_id, latest.*, wanted.country
    from wanted cross join lateral (
        select id, held_at, starts_at, public, members_present + public_present as attended,
               highest_police_rank, public_counts,
               (row_number() over (order by held_at desc, id desc))::int - 1 as n
        from meetings where forum_id = wanted.id and state = 'held'
        order by held_at desc, id desc limit $3
    ) as latest
),
marks as materialized (
    select held.forum_id, attendance.member_id, bit_or(1 << held.n) as all_marks,
           coalesce(bit_or(1 << held.n) filter (where attendance.status = 'present'), 0) as came
    from held join attendance on attendance.meeting_id = held.id
    group by held.forum_id, attendance.member_id
),
counted as materialized (
    select held.forum_id, held.n, counts.sex, counts.age_band, counts.minority_group, counts.count
    from held cross join lateral
        jsonb_to_recordset(held.public_counts) as counts (sex text, age_band text, minority_group text, count int)
    where jsonb_array_length(held.public_counts) > 0
),
came as (
    select forum_id, kind, name, bit_or(bits) as bits
    from (
        select marks.forum_id, had.kind, had.name, marks.came as bits
        from marks join members on members.id = marks.member_id
        cross join lateral (values ('sector', members.sector), ('sex', members.sex), ('age_band', members.age_band),
                                   ('minority_group', members.minority_group)) as had (kind, name)
        where marks.came > 0 and had.name is not null
        union all
        select counted.forum_id, had.kind, had.name, 1 << counted.n
        from counted
        cross join lateral (values ('sex', counted.sex), ('age_band', counted.age_band),
                                   ('minority_group', counted.minority_group)) as had (kind, name)
        where counted.count > 0 and had.name is not null
    ) as people
    group by 1, 2, 3
),
told as (
    select forum_id, array_agg(kind) as kinds, array_agg(name) as names, array_agg(bits) as bits
    from came group by 1
),
marked as (select forum_id, bit_or(all_marks) as bits from marks group by 1),
broken_down as (
    select forum_id, bit_or(1 << n) as bits from counted
    where sex is not null or age_band is not null or minority_group is not null group by 1
),
meetings_held as (
    select held.forum_id, array_agg(held.id order by n) as ids, array_agg(held.held_at order by n) as held_at,
           array_agg(held.public order by n) as public, array_agg(held.attended order by n) as attended,
           array_agg(ranks.level order by n) as levels, array_agg(noted.climate order by n) as climates,
           max(greatest(held.held_at, held.starts_at)) filter (where n = 0) as last_at
    from held
    left join ranks on ranks.country = held.country and ranks.name = lower(trim(held.highest_police_rank))
    left join meeting_climates as noted on noted.meeting_id = held.id
    group by 1
),
postponed as (
    select p.forum_id, array_agg(p.meeting_id) as ids, array_agg(p.starts_at) as starts_at
    from wanted join postponements as p on p.forum_id = wanted.id
    left join meetings_held on meetings_held.forum_id = p.forum_id
    where meetings_held.last_at is null or p.starts_at > meetings_held.last_at
    group by 1
),
promises as (
    select forum_id, count(*)::int as open, (count(*) filter (where due_on < $2))::int as overdue
    from decisions where state = 'open' and forum_id = any($1) group by 1
)
select wanted.id, meetings_held.ids, meetings_held.held_at, meetings_held.public, meetings_held.attended,
       meetings_held.levels, meetings_held.climates, coalesce(marked.bits, 0) as marked,
       coalesce(broken_down.bits, 0) as counted, postponed.ids as postponed_ids,
       postponed.starts_at as postponed_at, told.kinds, told.names, told.bits,
       coalesce(promises.open, 0) as open, coalesce(promises.overdue, 0) as overdue
from wanted
left join meetings_held on meetings_held.forum_id = wanted.id
left join told on told.forum_id = wanted.id
left join marked on marked.forum_id = wanted.id
left join broken_down on broken_down.forum_id = wanted.id
left join postponed on postponed.forum_id = wanted.id
left join promises on promises.forum_id = wanted.id
"""

_CLIMATES = {climate.value: climate for climate in Climate} | {None: None}


async def histories(connection: asyncpg.Connection, forum_ids: Sequence[UUID], today: date) -> dict[UUID, History]:
    """Each forum's history: its latest meetings, what was postponed since, who came, and its open decisions."""
    rows = await connection.fetch(_SQL, forum_ids, today, WINDOW)
    return {row["id"]: _history(row) for row in rows}


def _history(row: asyncpg.Record) -> History:
    # by place, not by name: this runs for every forum of a country
    (_, ids, held_at, public, attended, levels, climates, marked, counted, postponed_ids, postponed_at, kinds, names,
     bits, open_decisions, overdue) = tuple(row)  # fmt: skip
    held = [
        Held(
            meeting_id,
            at,
            is_public,
            people or 0,
            level,
            _CLIMATES[climate],
            bool(marked >> n & 1),
            bool(counted >> n & 1),
        )
        for n, (meeting_id, at, is_public, people, level, climate) in enumerate(
            zip(ids or (), held_at or (), public or (), attended or (), levels or (), climates or (), strict=True)
        )
    ]
    return History(
        held,
        [Postponed(*each) for each in zip(postponed_ids or (), postponed_at or (), strict=True)],
        {Group(kind, name): came for kind, name, came in zip(kinds or (), names or (), bits or (), strict=True)},
        open_decisions,
        overdue,
    )
