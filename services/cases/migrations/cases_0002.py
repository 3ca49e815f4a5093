"""Local weekday and hour of incidents and the category as its source named it; supervisors' tasks."""

from alembic import op

revision = "cases_0002"
down_revision = "cases_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        alter table incidents
            add column weekday smallint check (weekday between 0 and 6),
            add column hour smallint check (hour between 0 and 23),
            add column local_category text
    """)
    # of a whole day the weekday is known; the clock on the wall of a moment was not kept before
    op.execute("""
        update incidents set weekday = extract(isodow from occurred_from at time zone 'UTC') - 1
        where occurred_until = occurred_from + interval '1 day'
              and occurred_from = date_trunc('day', occurred_from, 'UTC')
    """)
    op.execute("""
        create table tasks (
            id uuid primary key,
            area text not null,
            kind text not null,
            about text not null,
            about_id uuid not null,
            is_urgent boolean not null,
            due_at timestamptz not null,
            given_at timestamptz not null,
            given_by text not null,
            outcome text,
            closed_at timestamptz,
            closed_by text,
            version integer not null
        )
    """)
    op.execute("create unique index tasks_open on tasks (about_id, kind) where closed_at is null")
    op.execute("create index tasks_about on tasks (about_id, kind)")
    op.execute("create index tasks_area on tasks (area text_pattern_ops, id)")
