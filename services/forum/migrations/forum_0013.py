"""How long a meeting takes, whether it is in its area, emergencies; trust levels."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "forum_0013"
down_revision = "forum_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meetings", sa.Column("in_area", sa.Boolean(), nullable=True))
    op.add_column("meetings", sa.Column("duration_minutes", sa.Integer(), nullable=False, server_default="120"))
    op.alter_column("meetings", "duration_minutes", server_default=None)
    op.add_column("meetings", sa.Column("emergency", JSONB(), nullable=True))
    op.create_table(
        "trust_levels",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("area", sa.String(), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("level", sa.String(64), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("trust_levels_area", "trust_levels", ["area", "id"])
