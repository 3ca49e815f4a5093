"""Case files with their keys and openings, and the audit log; row-level security on files by part in the case."""

from alembic import op

revision = "cases_0003"
down_revision = "cases_0002"
branch_labels = None
depends_on = None

# What `files/rules.part_of` says, from what the transaction was told of its actor; read once per statement. A transaction
# that was told nothing sees nothing.
_HELD = """
    (select array_agg(split_part(held, '@', 2))
     from unnest(string_to_array(current_setting('beatbook.grants', true), ',')) as held
     where split_part(held, '@', 1) in ({roles}))
"""
_LINEAGE = "array[split_part(area, '.', 1), split_part(area, '.', 1) || '.' || split_part(area, '.', 2), area]"
_ACTOR = "(select current_setting('beatbook.actor', true))"
_BY_PART = f"""
    create policy by_part on case_files using (
        (select current_setting('beatbook.own_work', true)) = 'on'
        or case when kind = 'complaint' then {_LINEAGE} && {_HELD.format(roles="'oversight'")}
        else
            {_LINEAGE} && {_HELD.format(roles="'supervisor'")}
            or {_LINEAGE} && {_HELD.format(roles="'officer', 'admin'")}
            and (
                supervisor = {_ACTOR} or team @> array[{_ACTOR}]
                or id = any (array(select case_id from case_openings where subject = {_ACTOR}))
            )
        end
        or agency = (select nullif(current_setting('beatbook.agency', true), ''))
        and {_LINEAGE} && {_HELD.format(roles="'partner'")}
    )
"""  # noqa: S608 - from constants


def upgrade() -> None:
    op.execute("""
        create table case_files (
            id uuid primary key,
            kind text not null,
            area text not null,
            supervisor text,
            team text[] not null,
            agency text,
            shared text[] not null,
            opened_at timestamptz not null,
            opened_by text not null,
            closed_at timestamptz,
            hold text,
            keep_until date,
            expunged_at timestamptz
        )
    """)
    op.execute("create index case_files_area on case_files (area text_pattern_ops)")
    op.execute("create index case_files_team on case_files using gin (team)")
    op.execute("create index case_files_agency on case_files (agency)")
    op.execute("create index ix_case_files_supervisor on case_files (supervisor)")
    op.execute("""
        create table case_keys (
            case_id uuid primary key references case_files,
            wrapped bytea not null
        )
    """)
    op.execute("""
        create table case_openings (
            id uuid primary key,
            case_id uuid not null references case_files,
            subject text not null,
            sealed_reason bytea not null,
            opened_at timestamptz not null,
            expires_at timestamptz not null
        )
    """)
    op.execute("create index ix_case_openings_case_id on case_openings (case_id)")
    op.execute("create index case_openings_subject on case_openings (subject, case_id)")
    op.execute("alter table case_files enable row level security, force row level security")
    op.execute(_BY_PART)
    op.execute("alter table case_keys enable row level security, force row level security")
    op.execute("""
        create policy by_file on case_keys
        using (exists (select 1 from case_files where case_files.id = case_id))
    """)
    op.execute("create table audit_entries (chain uuid, number bigint, entry text not null, hash bytea not null, "
               "primary key (chain, number))")  # fmt: skip
    op.execute("create table audit_heads (chain uuid primary key, number bigint not null, hash bytea not null)")
    op.execute("revoke update, delete, truncate, references, trigger on audit_entries from current_user")
    op.execute("revoke delete, truncate, references, trigger on audit_heads from current_user")
