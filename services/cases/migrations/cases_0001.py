"""The first tables: area replica, incidents, import batches, problem-solving cases and their moves."""

from alembic import op

revision = "cases_0001"
down_revision = None
branch_labels = ("cases",)
depends_on = None

# The area, its parent and its grandparent are compared with the grants of the transaction's actor, read once per
# statement. A transaction without them sees nothing.
_POLICY = """
    create policy by_area on {table} using (
        array[split_part(area, '.', 1), split_part(area, '.', 1) || '.' || split_part(area, '.', 2), area]
        && (select string_to_array(current_setting('beatbook.areas', true), ','))
    )
"""


def upgrade() -> None:
    op.execute("""
        create table areas (
            code text primary key,
            boundary jsonb,
            closed_on date,
            position bigint not null
        )
    """)
    op.execute("create index areas_code_prefix on areas (code text_pattern_ops)")
    op.execute("""
        create table incidents (
            id uuid primary key,
            source text not null,
            external_id text not null,
            area text not null,
            occurred_from timestamptz not null,
            occurred_until timestamptz not null check (occurred_until >= occurred_from),
            month date not null,
            longitude double precision,
            latitude double precision,
            place text,
            category text not null,
            reporter_kind text not null,
            repeat_victim boolean not null,
            recorded_at timestamptz not null
        )
    """)
    op.execute("create unique index incidents_once on incidents (split_part(area, '.', 1), source, external_id)")
    op.execute("create index incidents_area_month on incidents (area text_pattern_ops, month)")
    op.execute("""
        create table incident_batches (
            import_id text not null,
            batch integer not null,
            root text not null,
            source text not null,
            added integer not null,
            already integer not null,
            refused integer not null,
            recorded_by text not null,
            recorded_at timestamptz not null,
            primary key (import_id, batch)
        )
    """)
    op.execute("""
        create table problems (
            id uuid primary key,
            area text not null,
            title text not null,
            category text,
            phase text not null,
            supervisor text,
            team text[] not null,
            parts jsonb not null,
            opened_at timestamptz not null,
            opened_by text not null,
            version integer not null
        )
    """)
    op.execute("create index problems_area on problems (area text_pattern_ops)")
    op.execute("""
        create table problem_moves (
            id uuid primary key,
            problem_id uuid not null references problems,
            area text not null,
            origin text not null,
            target text not null,
            reason text,
            moved_at timestamptz not null,
            moved_by text not null
        )
    """)
    op.execute("create index ix_problem_moves_problem_id on problem_moves (problem_id)")
    for table in ("problems", "problem_moves"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(_POLICY.format(table=table))
