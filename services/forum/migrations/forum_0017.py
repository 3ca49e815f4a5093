"""Advisories are acknowledged, and decisions past their due date are told of once."""

import sqlalchemy as sa
from alembic import op

revision = "forum_0017"
down_revision = "forum_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("advisories", sa.Column("note", sa.String(), nullable=True))
    op.add_column("advisories", sa.Column("acknowledged_by", sa.String(), nullable=True))
    op.add_column("advisories", sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("advisories", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("advisories", "version", server_default=None)
    op.create_index("advisories_standing", "advisories", ["code"], postgresql_where=sa.text("cleared_at is null"))
    op.create_table(
        "overdue_notices",
        sa.Column("decision_id", sa.Uuid(), sa.ForeignKey("decisions.id"), primary_key=True),
        sa.Column("due_on", sa.Date(), primary_key=True),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
    )
