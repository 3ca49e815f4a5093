"""Up to which entry the chains of the audit log were sealed."""

from alembic import op

revision = "cases_0024"
down_revision = "cases_0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create table audit_seals (chain uuid primary key, number bigint not null)")
