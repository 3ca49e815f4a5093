"""Sites, posts, trainings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "forum_0018"
down_revision = "forum_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sites",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("area", sa.String(), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "posts",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("area", sa.String(), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("officer_name", sa.String(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("advisories", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "trainings",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("area", sa.String(), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("state_reason", sa.String(), nullable=True),
        sa.Column("trainers", sa.Integer(), nullable=False),
        sa.Column("trainers_trained", sa.Integer(), nullable=False),
        sa.Column("participants", JSONB(), nullable=False),
        sa.Column("advisories", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_trainings_forum_id", "trainings", ["forum_id"])
    for table in ("sites", "posts", "trainings"):
        op.create_index(f"{table}_area_prefix", table, ["area"], postgresql_ops={"area": "text_pattern_ops"})
