"""Forums with a history, written by sets for the benchmarks: a country of municipalities, a council in each."""

import asyncpg

_AREAS = """
    insert into areas (code, tier, parent, source_code, names, external_codes, languages, population_bands,
                       minority_groups, valid_from, successors, version)
    select code, case when code = 'XK' then 'national' else 'municipal' end, nullif('XK', code), code, '{"en": "A"}',
           '{}', '["en"]', '{}', '[]', '2020-01-01', '[]', 1
    from (select 'XK' as code union all select 'XK.M' || n from generate_series(1, $1::int) as n) as codes
    order by code
"""
_FORUMS = """
    insert into forums (id, area, kind, name, interval_days, triage_days, notice_days, time_zone, languages,
                        created_at, version)
    select gen_random_uuid(), 'XK.M' || n, 'community_safety_council', 'Council ' || n, 30, 14, 7, 'UTC', '["en"]',
           '2020-01-01', 1
    from generate_series(1, $1::int) as n
"""
_MEETINGS = """
    insert into meetings (id, forum_id, area, purpose, topics, place, place_kind, starts_at, duration_minutes,
                          languages, interpreters, public, state, held_at, members_present, public_present,
                          public_counts, highest_police_rank, advisories, version)
    select gen_random_uuid(), forums.id, forums.area, 'problem_solving', '[{"title": "Lamps", "sensitive": false}]',
           'Town hall', 'neutral', at, 120, '["en"]', '[]', random() < 0.9, 'held', at, 8, people.n,
           jsonb_build_array(
               jsonb_build_object('sex', 'female', 'count', people.n / 2),
               jsonb_build_object('sex', 'male', 'count', people.n - people.n / 2),
               jsonb_build_object('age_band', '60+', 'count', people.n / 3),
               jsonb_build_object('minority_group', 'Roma', 'count', (random() * 3)::int)),
           (array['Constable', 'Sergeant', 'Captain', 'Major'])[1 + (random() * 3)::int], '[]', 1
    from generate_series(1, $1::int) as number
    cross join forums
    cross join lateral (select timestamptz '2026-10-01 17:00Z' - number * interval '30 days'
                               + abs(hashtext(number || forums.area)) % 9 * interval '1 day' as at) as times
    cross join lateral (select 5 + abs(hashtext(forums.area || number)) % 30 as n) as people
    order by at
"""
_HISTORY = (
    """insert into rank_scales values ('XK', '["Constable", "Sergeant", "Captain", "Major"]', 1)""",
    """insert into members (id, forum_id, kind, name, sector, role, sex, age_band, minority_group, term_start,
                            seated_at, version)
       select gen_random_uuid(), forums.id, 'person', 'A seat',
              (array['police', 'ngo', 'youth', 'health', 'business', 'minority', 'media', 'elder'])[n], 'member',
              (array['female', 'male'])[1 + n % 2], (array['18-29', '30-59', '60+'])[1 + n % 3],
              case when n = 6 then 'Roma' end, '2020-01-01', '2020-01-01', 1
       from forums cross join generate_series(1, 8) as n""",
    """insert into attendance (meeting_id, member_id, status)
       select meetings.id, members.id,
              case when random() < case when hashtext(members.id::text) % 9 = 0
                                             and meetings.starts_at > timestamptz '2026-06-15' then 0 else 0.8 end
                   then 'present' else 'absent' end
       from meetings join members on members.forum_id = meetings.forum_id""",
    """insert into meeting_climates (meeting_id, climate)
       select id, case when random() < 0.2 then 'hostile' else 'calm' end from meetings where random() < 0.5""",
    """insert into postponements (meeting_id, starts_at, forum_id)
       select id, starts_at + interval '200 days' * random(), forum_id from meetings where random() < 0.05""",
    """insert into decisions (id, meeting_id, forum_id, area, public, agenda_item, text, kind, owner, due_on, method,
                              dissent, affected_groups, language, translations, state, decided_on, recorded_at,
                              advisories, cascades, version)
       select gen_random_uuid(), id, forum_id, area, public, 'Lamps', 'Repair the lamps', 'decision', 'Works',
              held_at::date + (random() * 300)::int, 'consensus', '[]', '[]', 'en', '{}',
              case when random() < 0.6 then 'delivered' else 'open' end, held_at::date, held_at, '[]', false, 1
       from meetings where random() < 0.5""",
)


async def found(url: str, forums: int, meetings: int, *, history: bool = False) -> None:
    """Write so many forums with so many meetings each, in the order of time; with `history` all that signals ask."""
    db = await asyncpg.connect(url, command_timeout=600)
    try:
        await db.execute("set statement_timeout = 0")
        await db.execute(_AREAS, forums)
        await db.execute(_FORUMS, forums)
        await db.execute(_MEETINGS, meetings)
        for statement in _HISTORY if history else ():
            await db.execute(statement)
        await db.execute("vacuum analyze")
    finally:
        await db.close()
