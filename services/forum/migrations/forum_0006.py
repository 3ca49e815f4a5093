"""What was imported, row by row."""

import sqlalchemy as sa
from alembic import op

revision = "forum_0006"
down_revision = "forum_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imported_rows",
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), primary_key=True),
        sa.Column("source", sa.String(), primary_key=True),
        sa.Column("row_kind", sa.String(64), primary_key=True),
        sa.Column("row", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
