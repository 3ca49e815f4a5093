"""How a case ended, holds on it, and what to know of them to change them."""

from alembic import op

revision = "cases_0017"
down_revision = "cases_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table case_files add outcome text, add retention_version integer not null default 1")
    op.execute("alter table case_files alter retention_version drop default")
    op.execute("create index case_files_keep_until on case_files (keep_until) where expunged_at is null")
    op.execute("create index case_files_expunged on case_files (expunged_at) where expunged_at is not null")
    op.execute("""
        create table case_holds (
            id uuid primary key,
            case_id uuid not null references case_files,
            code text not null,
            placed_at timestamptz not null,
            placed_by text not null,
            released_at timestamptz,
            released_by text
        )
    """)
    op.execute("create index ix_case_holds_case_id on case_holds (case_id)")
    op.execute("alter table case_holds enable row level security, force row level security")
    op.execute("""
        create policy by_file on case_holds
        using (exists (select 1 from case_files where case_files.id = case_id))
    """)
