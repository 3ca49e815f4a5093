"""A delivery continues the trace of its event."""

from alembic import op

revision = "webhooks_0002"
down_revision = "webhooks_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table deliveries add column traceparent text")
