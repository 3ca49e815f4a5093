"""Whether a country's proposals are to be settled with what was counted. Rule C3."""

from alembic import op

revision = "cases_0019"
down_revision = "cases_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table pattern_scans add column is_due boolean not null default true")
    op.execute("alter table pattern_scans alter column is_due drop default")
