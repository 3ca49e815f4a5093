"""What falls due of community safety plans, and the figures of a case that outlive its key."""

from alembic import op

revision = "cases_0018"
down_revision = "cases_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table problems add column figures jsonb not null default '{}'")
    op.execute("alter table problems alter column figures drop default")
    op.execute("""
        create table plan_items (
            id uuid primary key,
            case_id uuid not null references case_files,
            kind text not null,
            due_on date not null,
            agency text,
            state text not null,
            reminded_at timestamptz
        )
    """)
    op.execute("create index ix_plan_items_case_id on plan_items (case_id)")
    op.execute("create index plan_items_waiting on plan_items (due_on) where state = 'open' and reminded_at is null")
    op.execute("alter table plan_items enable row level security, force row level security")
    op.execute("""
        create policy by_file on plan_items
        using (exists (select 1 from case_files where case_files.id = plan_items.case_id))
    """)
