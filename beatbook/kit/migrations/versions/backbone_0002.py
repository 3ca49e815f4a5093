"""Two index entries less for each event that is written, one less when it gets its position.

Events without a position stay out of the index on it; and only those are ever looked for by their place in the log.
"""

from alembic import op

revision = "backbone_0002"
down_revision = "backbone_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create unique index events_position on events (position) where position is not null")
    op.execute("alter table events drop constraint events_position_key, drop constraint events_pkey")
    op.execute("alter table events drop constraint events_id_key, add primary key (id)")
