"""Series of meetings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "forum_0016"
down_revision = "forum_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("rrule", sa.String(), nullable=False),
        sa.Column("starts_local", sa.DateTime(timezone=False), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("meeting", JSONB(), nullable=False),
        sa.Column("excluded", JSONB(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("planned_until", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_series_forum_id", "series", ["forum_id"])
    op.create_index("ix_series_planned_until", "series", ["planned_until"])
    op.create_table(
        "series_meetings",
        sa.Column("series_id", sa.Uuid(), sa.ForeignKey("series.id"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meetings.id"), nullable=False, unique=True),
        sa.Column("meeting_version", sa.Integer(), nullable=False),
    )
