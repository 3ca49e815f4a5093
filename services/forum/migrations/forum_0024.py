"""Lists of meetings are read in the order of an index, page by page: a forum's, and an area's."""

from alembic import op

revision = "forum_0024"
down_revision = "forum_0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("meetings_forum_start", "meetings")
    op.create_index("meetings_forum_start", "meetings", ["forum_id", "starts_at", "id"])
    op.create_index("meetings_start", "meetings", ["starts_at", "id"])
