"""The log is append-only for the service itself: of an event it may set the position, and nothing else. ADR 0013.

The service's role owns the table, so it could give itself the rights back: this stops a mistake and a statement that
someone smuggled in, not whoever has the role's password and means harm.
"""

from alembic import op

revision = "backbone_0003"
down_revision = "backbone_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("revoke update, delete, truncate, references, trigger on events from current_user")
    op.execute("grant update (position) on events to current_user")
