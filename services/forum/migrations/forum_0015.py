"""Decisions tell their history: steps, what supersedes them, and which minutes hold them."""

import sqlalchemy as sa
from alembic import op

revision = "forum_0015"
down_revision = "forum_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decisions", sa.Column("cascades", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("decisions", "cascades", server_default=None)
    op.add_column(
        "decisions", sa.Column("supersedes", sa.Uuid(), sa.ForeignKey("decisions.id"), nullable=True, unique=True)
    )
    op.add_column("decisions", sa.Column("minutes_id", sa.Uuid(), sa.ForeignKey("minutes.id"), nullable=True))
    op.add_column("decisions", sa.Column("minutes_number", sa.Integer(), nullable=True))
    op.create_table(
        "decision_steps",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("decision_id", sa.Uuid(), sa.ForeignKey("decisions.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("due_from", sa.Date(), nullable=True),
        sa.Column("due_to", sa.Date(), nullable=True),
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meetings.id"), nullable=True),
        sa.Column("other_id", sa.Uuid(), sa.ForeignKey("decisions.id"), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
    )
