"""Victims: needs, support, promises. Rule C20."""

from alembic import op

revision = "cases_0021"
down_revision = "cases_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table victims (
            id uuid primary key references case_files,
            area text not null,
            person_id uuid,
            incident_id uuid,
            wants_contact boolean not null,
            wish_changed_at timestamptz,
            opened_at timestamptz not null,
            closed_at timestamptz,
            version integer not null
        )
    """)
    op.execute("create index victims_area on victims (area text_pattern_ops)")
    op.execute("create index victims_incident on victims (incident_id)")
    op.execute("""
        create table victim_assessments (
            case_id uuid not null references victims,
            number integer not null,
            needs text[] not null,
            protection text[] not null,
            sealed_words bytea,
            assessed_at timestamptz not null,
            assessed_by text not null,
            primary key (case_id, number)
        )
    """)
    op.execute("""
        create table victim_supports (
            id uuid primary key,
            case_id uuid not null references victims,
            need text not null,
            referral_id uuid,
            arranged_at timestamptz not null,
            arranged_by text not null
        )
    """)
    op.execute("create index ix_victim_supports_case_id on victim_supports (case_id)")
    op.execute("""
        create table victim_promises (
            id uuid primary key,
            case_id uuid not null references victims,
            area text not null,
            topic text not null,
            due_on date not null,
            promised_at timestamptz not null,
            promised_by text not null,
            kept_at timestamptz,
            kept_by text,
            stopped_at timestamptz,
            missed_at timestamptz,
            version integer not null
        )
    """)
    op.execute("create index ix_victim_promises_case_id on victim_promises (case_id)")
    op.execute("create index victim_promises_due on victim_promises (due_on, id) "
               "where kept_at is null and stopped_at is null")  # fmt: skip
    tables = {"victims": "id"} | dict.fromkeys(("victim_assessments", "victim_supports", "victim_promises"), "case_id")
    for table, case_id in tables.items():
        op.execute(f"alter table {table} enable row level security, force row level security")
        seen = f"exists (select 1 from case_files where case_files.id = {table}.{case_id})"  # noqa: S608 - from constants
        op.execute(f"create policy by_file on {table} using ({seen})")
