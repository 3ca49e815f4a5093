"""Consultations outside meetings."""

import sqlalchemy as sa
from alembic import op

revision = "forum_0020"
down_revision = "forum_0019"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "consultations",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("how", sa.String(64), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("summary", sa.String(), nullable=True),
        sa.Column("published_at", TIME, nullable=True),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("consultations_area_prefix", "consultations", ["area"], postgresql_ops={"area": "text_pattern_ops"})
    op.create_index("consultations_forum", "consultations", ["forum_id", "id"])
    op.create_table(
        "consulted_groups",
        sa.Column("consultation_id", sa.Uuid(), sa.ForeignKey("consultations.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("group_code", sa.String(64), nullable=True),
        sa.Column("minority_group", sa.String(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
    )
    op.create_table(
        "consultation_findings",
        sa.Column("consultation_id", sa.Uuid(), sa.ForeignKey("consultations.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("concern_id", sa.Uuid(), sa.ForeignKey("concerns.id"), nullable=True),
    )
