"""Themes of like concerns."""

import sqlalchemy as sa
from alembic import op

revision = "forum_0025"
down_revision = "forum_0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "concern_themes",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("concern_themes_forum", "concern_themes", ["forum_id", "id"])
