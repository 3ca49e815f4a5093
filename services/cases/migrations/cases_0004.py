"""Breaking the glass: what an opening tells those who review it, and its hour kept by the database too."""

from alembic import op

revision = "cases_0004"
down_revision = "cases_0003"
branch_labels = None
depends_on = None

_HELD = """
    (select array_agg(split_part(held, '@', 2))
     from unnest(string_to_array(current_setting('beatbook.grants', true), ',')) as held
     where split_part(held, '@', 1) in ({roles}))
"""
_LINEAGE = "array[split_part(area, '.', 1), split_part(area, '.', 1) || '.' || split_part(area, '.', 2), area]"
_ACTOR = "(select current_setting('beatbook.actor', true))"
_NOW = "(select nullif(current_setting('beatbook.now', true), '')::timestamptz)"
_OWN_WORK = "(select current_setting('beatbook.own_work', true)) = 'on'"
_BY_PART = f"""
    create policy by_part on case_files using (
        {_OWN_WORK}
        or case when kind = 'complaint' then {_LINEAGE} && {_HELD.format(roles="'oversight'")}
        else
            {_LINEAGE} && {_HELD.format(roles="'supervisor'")}
            or {_LINEAGE} && {_HELD.format(roles="'officer', 'admin'")}
            and (
                supervisor = {_ACTOR} or team @> array[{_ACTOR}]
                or id = any (array(
                    select case_id from case_openings where subject = {_ACTOR} and expires_at > {_NOW}
                ))
            )
        end
        or agency = (select nullif(current_setting('beatbook.agency', true), ''))
        and {_LINEAGE} && {_HELD.format(roles="'partner'")}
    )
"""  # noqa: S608 - from constants
# no look at the case's file: that one's policy looks here
_BY_WITNESS = f"""
    create policy by_witness on case_openings using (
        {_OWN_WORK} or subject = {_ACTOR} or supervisor = {_ACTOR}
        or {_LINEAGE} && {_HELD.format(roles="'supervisor', 'oversight'")}
    )
"""
_KEYS_BY_REVIEW = f"""
    create policy by_review on case_keys for select using (exists (
        select 1 from case_openings
        where case_openings.case_id = case_keys.case_id and {_LINEAGE} && {_HELD.format(roles="'oversight'")}
    ))
"""  # noqa: S608 - from constants


def upgrade() -> None:
    op.execute("""
        alter table case_openings
            add column kind text not null,
            add column area text not null,
            add column supervisor text,
            add column finding text,
            add column sealed_note bytea,
            add column reviewed_at timestamptz,
            add column reviewed_by text,
            add column version integer not null
    """)
    op.execute("create index case_openings_area on case_openings (area text_pattern_ops, id)")
    op.execute("alter table case_openings enable row level security, force row level security")
    op.execute(_BY_WITNESS)
    op.execute("drop policy by_part on case_files")
    op.execute(_BY_PART)
    op.execute(_KEYS_BY_REVIEW)
