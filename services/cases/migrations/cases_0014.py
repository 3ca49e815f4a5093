"""Complaints about police, unseen by the police of the area whatever else they are. Rule C19, decision 0042."""

from alembic import op

revision = "cases_0014"
down_revision = "cases_0013"
branch_labels = None
depends_on = None

# What `files/rules.part_of` says of those barred, on top of every other policy of the table.
_APART = """
    create policy complaints_apart on case_files as restrictive using (
        kind <> 'complaint'
        or not coalesce(area || '.' ^@ any ((
            select string_to_array(current_setting('beatbook.as_officer', true), ',')
                   || string_to_array(current_setting('beatbook.as_supervisor', true), ',')
                   || string_to_array(current_setting('beatbook.as_admin', true), ',')
        )::text[]), false)
        or current_setting('beatbook.own_work', true) = 'on'
    )
"""


def upgrade() -> None:
    op.execute("""
        create table complaints (
            id uuid primary key references case_files,
            area text not null,
            channel text not null,
            matter text not null,
            standing text not null,
            about_oversight boolean not null,
            state text not null,
            outcome text,
            receipt_sha256 text not null unique,
            sealed_words bytea not null,
            sealed_sender bytea not null,
            sealed_answer bytea,
            received_at timestamptz not null,
            acknowledge_by timestamptz not null,
            decide_by timestamptz not null,
            acknowledge_told_at timestamptz,
            decide_told_at timestamptz,
            acknowledged_at timestamptz,
            decided_at timestamptz,
            closed_at timestamptz,
            version integer not null
        )
    """)
    op.execute("create index complaints_area on complaints (area text_pattern_ops)")
    op.execute("create index complaints_received on complaints (received_at)")
    op.execute("create index complaints_unacknowledged on complaints (acknowledge_by) "
               "where state = 'received' and acknowledge_told_at is null")  # fmt: skip
    op.execute("create index complaints_undecided on complaints (decide_by) "
               "where state in ('received', 'acknowledged', 'under_review') and decide_told_at is null")  # fmt: skip
    op.execute("""
        create table complaint_steps (
            case_id uuid not null references complaints,
            number integer not null,
            origin text not null,
            target text not null,
            taken_at timestamptz not null,
            taken_by text not null,
            sealed_note bytea,
            primary key (case_id, number)
        )
    """)
    op.execute("""
        create table complaint_allowances (
            asking text not null,
            whose text not null,
            full_at timestamptz not null,
            primary key (asking, whose)
        )
    """)
    op.execute("create index ix_complaint_allowances_full_at on complaint_allowances (full_at)")
    for table, case_id in (("complaints", "id"), ("complaint_steps", "case_id")):
        op.execute(f"alter table {table} enable row level security, force row level security")
        seen = f"exists (select 1 from case_files where case_files.id = {table}.{case_id})"  # noqa: S608 - from constants
        op.execute(f"create policy by_file on {table} using ({seen})")
    op.execute(_APART)
