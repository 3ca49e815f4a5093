"""Events without a position stay out of the index on it: one index entry less for each event that is written."""

from alembic import op

revision = "backbone_0002"
down_revision = "backbone_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create unique index events_position on events (position) where position is not null")
    op.execute("alter table events drop constraint events_position_key")
