"""Which forums' concerns a case stands for."""

from alembic import op

revision = "cases_0027"
down_revision = "cases_0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table case_concerns (
            concern_id uuid primary key,
            case_id uuid not null references case_files,
            bucket text,
            linked_at timestamptz not null,
            linked_by text not null
        )
    """)
    op.execute("create index ix_case_concerns_case_id on case_concerns (case_id)")
    op.execute("alter table case_concerns enable row level security, force row level security")
    op.execute("""
        create policy by_file on case_concerns
        using (exists (select 1 from case_files where case_files.id = case_concerns.case_id))
    """)
