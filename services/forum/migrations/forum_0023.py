"""Rules of procedure that templates propose."""

import sqlalchemy as sa
from alembic import op

revision = "forum_0023"
down_revision = "forum_0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rules_proposals",
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), primary_key=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
    )
