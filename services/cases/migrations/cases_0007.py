"""Critical incidents: command, community impact, risks, the decision log. Rule C17."""

from alembic import op

revision = "cases_0007"
down_revision = "cases_0006"
branch_labels = None
depends_on = None

_TABLES = {
    "critical_incidents": "id",
    "critical_commands": "case_id",
    "critical_impacts": "case_id",
    "critical_risks": "case_id",
    "critical_decisions": "case_id",
}


def upgrade() -> None:
    op.execute("""
        create table critical_incidents (
            id uuid primary key references case_files,
            area text not null,
            state text not null,
            incident_id uuid,
            sealed_title bytea not null,
            sealed_concepts bytea not null,
            declared_at timestamptz not null,
            declared_by text not null,
            review_due_at timestamptz not null,
            review_told_at timestamptz,
            stood_down_at timestamptz,
            stood_down_by text,
            sealed_stand_down bytea,
            version integer not null
        )
    """)
    op.execute("create index critical_incidents_area on critical_incidents (area text_pattern_ops)")
    op.execute("create index critical_incidents_review on critical_incidents (review_due_at) "
               "where state = 'declared' and review_told_at is null")  # fmt: skip
    op.execute("""
        create table critical_commands (
            id uuid primary key,
            case_id uuid not null references critical_incidents,
            role text not null,
            function text,
            subject text not null,
            from_at timestamptz not null,
            until_at timestamptz
        )
    """)
    op.execute("create index ix_critical_commands_case_id on critical_commands (case_id)")
    op.execute("create unique index critical_commands_one on critical_commands (case_id, role, coalesce(function, '')) "
               "where until_at is null")  # fmt: skip
    op.execute("""
        create table critical_impacts (
            case_id uuid not null references critical_incidents,
            number integer not null,
            assessed_at timestamptz not null,
            assessed_by text not null,
            review_due_at timestamptz not null,
            worst text not null,
            sealed_communities bytea not null,
            primary key (case_id, number)
        )
    """)
    op.execute("""
        create table critical_risks (
            case_id uuid not null references critical_incidents,
            number integer not null,
            version integer not null,
            likelihood integer not null,
            impact integer not null,
            state text not null,
            owner text not null,
            sealed_words bytea not null,
            written_at timestamptz not null,
            written_by text not null,
            primary key (case_id, number, version)
        )
    """)
    op.execute("""
        create table critical_decisions (
            case_id uuid not null references critical_incidents,
            number integer not null,
            corrects integer,
            decided_at timestamptz not null,
            decided_by text not null,
            sealed_words bytea not null,
            primary key (case_id, number)
        )
    """)
    for table, case_id in _TABLES.items():
        op.execute(f"alter table {table} enable row level security, force row level security")
        seen = f"exists (select 1 from case_files where case_files.id = {table}.{case_id})"  # noqa: S608 - from constants
        op.execute(f"create policy by_file on {table} using ({seen})")
    op.execute("revoke update, delete, truncate, references, trigger on critical_decisions from current_user")
