"""Corrections of rumours."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "forum_0010"
down_revision = "forum_0009"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("about_area", sa.String(), nullable=True),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("sources", postgresql.JSONB(), nullable=False),
        sa.Column("advisories", postgresql.JSONB(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=False),
        sa.Column("drafted_at", TIME, nullable=False),
        sa.Column("first_published_at", TIME, nullable=True),
        sa.Column("published_at", TIME, nullable=True),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("corrections_area_prefix", "corrections", ["area"], postgresql_ops={"area": "text_pattern_ops"})
    op.create_index("corrections_forum", "corrections", ["forum_id", "id"])
    op.create_index("corrections_about", "corrections", ["about_id"])
    op.create_table(
        "correction_versions",
        sa.Column("correction_id", sa.Uuid(), sa.ForeignKey("corrections.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("revises", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("published_at", TIME, nullable=False),
    )
