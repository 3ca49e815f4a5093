"""What the public is told that an initiative reached: the reports of ten people or more."""

import sqlalchemy as sa
from alembic import op

revision = "forum_0027"
down_revision = "forum_0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("initiatives", sa.Column("reached_shown", sa.BigInteger(), nullable=True))
    op.execute("""
        update initiatives set reached_shown = coalesce((
            select sum(reached) from initiative_reports
            where initiative_reports.initiative_id = initiatives.id and reached >= 10), 0)
    """)
    op.alter_column("initiatives", "reached_shown", nullable=False)
