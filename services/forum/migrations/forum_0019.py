"""What was published last, of all minutes: the order of feeds."""

from alembic import op

revision = "forum_0019"
down_revision = "forum_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("minutes_versions_published", "minutes_versions", ["published_at", "minutes_id", "number"])


def downgrade() -> None:
    op.drop_index("minutes_versions_published", table_name="minutes_versions")
