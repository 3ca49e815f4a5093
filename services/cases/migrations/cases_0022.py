"""How long a case is kept by the law it was decided under, where that says more than the schedule."""

from alembic import op

revision = "cases_0022"
down_revision = "cases_0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table case_files add column kept_months integer")
