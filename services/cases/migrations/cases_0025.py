"""Referrals with their consents and steps; until when a recipient may read what is shared."""

from alembic import op

revision = "cases_0025"
down_revision = "cases_0024"
branch_labels = None
depends_on = None

_TABLES = {"referrals": "id", "referral_steps": "referral_id", "consents": "case_id"}


def upgrade() -> None:
    op.execute("alter table case_files add column shared_until timestamptz")
    op.execute("""
        create table referrals (
            id uuid primary key references case_files,
            area text not null,
            agency text not null references agencies (code),
            service text not null,
            urgency text not null,
            age text not null,
            language text,
            basis text not null,
            duty text,
            sealed_duty_reason bytea,
            categories text[] not null,
            sealed_needs bytea,
            sealed_circumstances bytea,
            sealed_health bytea,
            origin_case_id uuid references case_files,
            origin_kind text,
            state text not null,
            answer_by timestamptz,
            stands_until timestamptz,
            ending text,
            reason text,
            outcome text,
            drafted_at timestamptz not null,
            requested_at timestamptz,
            ended_at timestamptz,
            version integer not null
        )
    """)
    op.execute("create index referrals_area on referrals (area text_pattern_ops)")
    op.execute("create index ix_referrals_origin_case_id on referrals (origin_case_id)")
    op.execute("create index referrals_answer_by on referrals (answer_by) where state = 'requested'")
    for name, column in {"referrals_sent": "agency", "referrals_stands_until": "stands_until"}.items():
        op.execute(f"create index {name} on referrals ({column}) "
                   "where state in ('requested', 'accepted', 'in_progress', 'on_hold')")  # fmt: skip
    op.execute("""
        create table referral_steps (
            id uuid primary key,
            referral_id uuid not null references referrals,
            side text not null,
            origin text not null,
            target text not null,
            sealed_note bytea,
            moved_at timestamptz not null,
            moved_by text not null
        )
    """)
    op.execute("create index ix_referral_steps_referral_id on referral_steps (referral_id)")
    op.execute("""
        create table consents (
            id uuid primary key,
            case_id uuid not null references case_files,
            giver text not null,
            number integer not null,
            person_id uuid,
            purpose text not null,
            recipient text not null,
            categories text[] not null,
            form text not null,
            given_on date not null,
            until date not null,
            sealed_note bytea,
            recorded_at timestamptz not null,
            recorded_by text not null,
            withdrawn_at timestamptz,
            withdrawn_by text
        )
    """)
    op.execute("create unique index consents_numbers on consents (case_id, giver, number)")
    for table, column in _TABLES.items():
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(f"""
            create policy by_file on {table}
            using (exists (select 1 from case_files where case_files.id = {table}.{column}))
        """)  # noqa: S608 - from constants
