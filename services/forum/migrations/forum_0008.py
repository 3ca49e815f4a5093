"""Concerns, their steps, and allowances of who asks without a name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "forum_0008"
down_revision = "forum_0007"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "receipt_allowances",
        sa.Column("asking", sa.String(64), primary_key=True),
        sa.Column("whose", sa.String(), primary_key=True),
        sa.Column("full_at", TIME, nullable=False),
    )
    op.create_index("ix_receipt_allowances_full_at", "receipt_allowances", ["full_at"])
    op.create_table(
        "concerns",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("origin_forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=False),
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=False),
        sa.Column("with_area", sa.String(), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meetings.id"), nullable=True),
        sa.Column("member_id", sa.Uuid(), sa.ForeignKey("members.id"), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("wish", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("words", ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("summary", sa.String(), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("triage_by", TIME, nullable=False),
        sa.Column("triaged_at", TIME, nullable=True),
        sa.Column("on_time", sa.Boolean(), nullable=True),
        sa.Column("overdue_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("redacted_at", TIME, nullable=True),
        sa.Column("case_bucket", sa.String(64), nullable=True),
        sa.Column("theme_id", sa.Uuid(), nullable=True),
        sa.Column("receipt_sha256", sa.String(), nullable=True, unique=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("concerns_area_prefix", "concerns", ["area", "id"], postgresql_ops={"area": "text_pattern_ops"})
    op.create_index("concerns_forum", "concerns", ["forum_id", "id"])
    op.create_index("concerns_origin_forum", "concerns", ["origin_forum_id", "id"])
    op.create_index("concerns_published", "concerns", ["id"], postgresql_where=sa.text("published"))
    op.create_index(
        "concerns_waiting",
        "concerns",
        ["triage_by"],
        postgresql_where=sa.text("overdue_at is null and state in ('raised', 'escalated')"),
    )
    op.create_index("concerns_words", "concerns", ["words"], postgresql_using="gin")
    op.create_index("ix_concerns_theme_id", "concerns", ["theme_id"])
    op.create_table(
        "concern_steps",
        sa.Column("concern_id", sa.Uuid(), sa.ForeignKey("concerns.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=False),
        sa.Column("to_forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("alternative", sa.String(), nullable=True),
        sa.Column("case_bucket", sa.String(64), nullable=True),
    )
