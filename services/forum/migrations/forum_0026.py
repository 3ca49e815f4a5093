"""Adopted yearly reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "forum_0026"
down_revision = "forum_0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "yearly_reports",
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), primary_key=True),
        sa.Column("year", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("inside", postgresql.JSONB(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
    )
