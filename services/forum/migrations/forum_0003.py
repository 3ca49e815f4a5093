"""The climate of meetings, and the dates they were postponed from."""

import sqlalchemy as sa
from alembic import op

revision = "forum_0003"
down_revision = "forum_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting_climates",
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("climate", sa.String(64), nullable=False),
        sa.Column("noted", sa.String(), nullable=True),
    )
    op.create_table(
        "postponements",
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=False),
    )
    op.create_index("postponements_forum", "postponements", ["forum_id", "starts_at"])
    op.execute(
        """insert into postponements (meeting_id, starts_at, forum_id)
           select id, starts_at, forum_id from meetings where state = 'postponed'"""
    )
