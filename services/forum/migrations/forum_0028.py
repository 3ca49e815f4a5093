"""What is heard of the cases that concerns were opened as."""

from alembic import op

revision = "forum_0028"
down_revision = "forum_0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create table concern_cases (concern_id uuid primary key, bucket text, position bigint not null)")
