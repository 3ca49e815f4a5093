"""Diversion programmes: versions of a jurisdiction's rules."""

from alembic import op

revision = "cases_0006"
down_revision = "cases_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table programmes (
            id uuid primary key,
            area text not null,
            code text not null,
            version integer not null,
            kind text not null,
            valid_from date not null,
            valid_to date,
            rules jsonb not null,
            sha256 text not null,
            loaded_at timestamptz not null,
            loaded_by text not null,
            unique (area, code, version)
        )
    """)
    op.execute("revoke update, delete, truncate, references, trigger on programmes from current_user")
