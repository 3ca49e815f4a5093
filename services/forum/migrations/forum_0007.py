"""What a forum agreed on besides its interval, where it is, and the forum it reports into."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "forum_0007"
down_revision = "forum_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    added = (
        sa.Column("triage_days", sa.Integer(), nullable=False, server_default="14"),
        sa.Column("notice_days", sa.Integer(), nullable=False, server_default="0"),  # earlier forums agreed on none
        sa.Column("time_zone", sa.String(), nullable=False, server_default="UTC"),
        sa.Column("languages", JSONB(), nullable=False, server_default="[]"),
    )
    for column in added:
        op.add_column("forums", column)
        op.alter_column("forums", column.name, server_default=None)
    op.add_column("forums", sa.Column("reports_to", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=True))
    op.add_column("forums", sa.Column("template", sa.String(), nullable=True))
    op.create_index("ix_forums_reports_to", "forums", ["reports_to"])
