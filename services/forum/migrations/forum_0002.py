"""Stored advisories, and the queue of the next agenda."""

import sqlalchemy as sa
from alembic import op

revision = "forum_0002"
down_revision = "forum_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "advisories",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index(
        "advisories_open",
        "advisories",
        ["about_id", "code"],
        unique=True,
        postgresql_where=sa.text("cleared_at is null"),
    )
    op.create_index("advisories_forum", "advisories", ["forum_id", "id"])
    op.create_table(
        "agenda_entries",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_up_in", sa.Uuid(), sa.ForeignKey("meetings.id"), nullable=True),
        sa.UniqueConstraint("forum_id", "kind", "source_id"),
    )
    op.create_index(
        "agenda_entries_waiting",
        "agenda_entries",
        ["forum_id", "id"],
        postgresql_where=sa.text("taken_up_in is null"),
    )
