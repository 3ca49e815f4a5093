"""Incidents by time: without it a day was looked for among all of them (200 ms at 400,000)."""

from alembic import op

revision = "cases_0020"
down_revision = "cases_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create index incidents_occurred on incidents (occurred_from)")
