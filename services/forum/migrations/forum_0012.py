"""Warning signals, and the order of a country's police ranks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "forum_0012"
down_revision = "forum_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signals",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("evidence", JSONB(), nullable=False),
        sa.Column("evidence_as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finding", sa.String(), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index(
        "signals_standing", "signals", ["forum_id", "code"], unique=True, postgresql_where=sa.text("cleared_at is null")
    )
    op.create_index("signals_forum", "signals", ["forum_id", "id"])
    op.create_index("signals_area_prefix", "signals", ["area"], postgresql_ops={"area": "text_pattern_ops"})
    op.create_table(
        "rank_scales",
        sa.Column("country", sa.String(), sa.ForeignKey("areas.code"), primary_key=True),
        sa.Column("ranks", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index(
        "meetings_held",
        "meetings",
        ["forum_id", "held_at", "id"],
        postgresql_where=sa.text("state = 'held'"),
    )
