"""News of referrals is found by what it is about, to be dropped when that ended."""

from alembic import op

revision = "webhooks_0003"
down_revision = "webhooks_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create index deliveries_requests on deliveries (subject) where type = 'referral.requested'")
