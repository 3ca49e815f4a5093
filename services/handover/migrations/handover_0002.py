"""Warning signals of forums, from their events: what a brief warns of."""

from alembic import op

revision = "handover_0002"
down_revision = "handover_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table signals (
            signal_id uuid primary key,
            forum_id uuid not null,
            area text not null,
            code text not null,
            raised_at timestamptz,
            cleared_at timestamptz
        )
    """)
    op.execute("create index signals_area_prefix on signals (area text_pattern_ops)")
