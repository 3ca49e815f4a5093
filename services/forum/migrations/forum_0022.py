"""Minutes note results, and members send remarks on them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "forum_0022"
down_revision = "forum_0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("minutes", sa.Column("results", JSONB(), nullable=False, server_default="[]"))
    op.alter_column("minutes", "results", server_default=None)
    op.create_table(
        "minutes_remarks",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("minutes_id", sa.Uuid(), sa.ForeignKey("minutes.id"), nullable=False, index=True),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("minutes_version", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
    )
