"""Diversion cases: states, consents, agreements, meetings, steps, follow-ups; seen by whoever sees the case's file."""

from alembic import op

revision = "cases_0015"
down_revision = "cases_0014"
branch_labels = None
depends_on = None

OF_A_CASE = ("diversion_consents", "diversion_terms", "diversion_sessions", "diversion_warnings", "diversion_reminders",
             "conferences", "diversion_steps", "diversion_follow_ups")  # fmt: skip


def upgrade() -> None:
    op.execute("""
        create table diversions (
            id uuid primary key references case_files,
            state text not null,
            offence text not null,
            referred_by text not null,
            domestic_violence boolean,
            gender_based_violence boolean,
            responsibility_accepted boolean not null,
            previous_diversions integer,
            age_at_act integer,
            programme_id uuid,
            person_id uuid,
            referral_id uuid,
            sealed_text bytea not null,
            sealed_act_on bytea not null,
            sealed_assessment bytea,
            started_on date,
            outcome text,
            ended_on date,
            version integer not null
        )
    """)
    op.execute("create index ix_diversions_state on diversions (state)")
    op.execute("create index ix_diversions_programme_id on diversions (programme_id)")
    op.execute("""
        create table diversion_consents (
            id uuid primary key,
            case_id uuid not null references case_files,
            capacity text not null,
            purpose text not null,
            form text not null,
            person_id uuid,
            given_on date not null,
            recorded_at timestamptz not null,
            recorded_by text not null,
            withdrawn_at timestamptz,
            withdrawal_by text
        )
    """)
    op.execute("""
        create table diversion_terms (
            id uuid primary key,
            case_id uuid not null references case_files,
            kind text not null,
            sealed_text bytea not null,
            hours integer,
            amount integer,
            due_on date not null,
            state text not null,
            settled_on date,
            waived_for text
        )
    """)
    op.execute("create index ix_diversion_terms_due_on on diversion_terms (due_on)")
    op.execute("""
        create table diversion_sessions (
            id uuid primary key,
            case_id uuid not null references case_files,
            term_id uuid not null references diversion_terms,
            held_on date not null,
            attended boolean not null,
            minutes integer not null
        )
    """)
    op.execute("create index ix_diversion_sessions_term_id on diversion_sessions (term_id)")
    op.execute("""
        create table diversion_warnings (
            id uuid primary key,
            case_id uuid not null references case_files,
            term_id uuid not null references diversion_terms,
            deadline_on date not null,
            sealed_text bytea not null,
            warned_at timestamptz not null,
            warned_by text not null
        )
    """)
    op.execute("create index ix_diversion_warnings_term_id on diversion_warnings (term_id)")
    op.execute("""
        create table diversion_reminders (
            term_id uuid not null references diversion_terms,
            stage text not null,
            on_day date not null,
            case_id uuid not null references case_files,
            told_at timestamptz not null,
            primary key (term_id, stage, on_day)
        )
    """)
    op.execute("""
        create table conferences (
            case_id uuid primary key references case_files,
            state text not null,
            victim_id uuid not null,
            responsible_id uuid not null,
            facilitator text not null,
            starts_at timestamptz not null,
            sealed_place bytea not null,
            screened_at timestamptz,
            screened_by text,
            is_safe boolean,
            sealed_screening bytea,
            ended_at timestamptz,
            stopped_by text,
            sealed_result bytea
        )
    """)
    op.execute("""
        create table diversion_steps (
            id uuid primary key,
            case_id uuid not null references case_files,
            origin text not null,
            target text not null,
            reason text,
            sealed_text bytea,
            moved_at timestamptz not null,
            moved_by text not null
        )
    """)
    op.execute("""
        create table diversion_follow_ups (
            case_id uuid not null references case_files,
            months integer not null,
            due_on date not null,
            is_asked boolean not null,
            is_answered boolean not null,
            primary key (case_id, months)
        )
    """)
    op.execute("create index ix_diversion_follow_ups_due_on on diversion_follow_ups (due_on)")
    op.execute("""
        create table reoffending_counts (
            area text not null,
            programme text not null,
            rules_version integer not null,
            outcome text not null,
            quarter text not null,
            months integer not null,
            yes integer not null,
            no integer not null,
            primary key (area, programme, rules_version, outcome, quarter, months)
        )
    """)
    for table in OF_A_CASE:
        if table not in {"conferences", "diversion_follow_ups"}:
            op.execute(f"create index ix_{table}_case_id on {table} (case_id)")
        _walled(table, "case_id")
    _walled("diversions", "diversions.id")


def _walled(table: str, case_id: str) -> None:
    op.execute(f"alter table {table} enable row level security, force row level security")
    op.execute(f"""
        create policy by_file on {table}
        using (exists (select 1 from case_files where case_files.id = {case_id}))
    """)  # noqa: S608 - from constants
