"""Seats whole: persons and bodies, the statement behind a minority group, terms that follow one another, dated roles."""

import sqlalchemy as sa
from alembic import op

revision = "forum_0011"
down_revision = "forum_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("members", sa.Column("kind", sa.String(64), nullable=False, server_default="person"))
    op.alter_column("members", "kind", server_default=None)
    op.add_column("members", sa.Column("organisation", sa.String(), nullable=True))
    op.add_column("members", sa.Column("minority_stated_on", sa.Date(), nullable=True))
    op.execute("update members set minority_stated_on = seated_at::date where minority_group is not null")
    op.add_column("members", sa.Column("renews", sa.Uuid(), nullable=True))
    op.create_foreign_key(None, "members", "members", ["renews"], ["id"])
    op.create_unique_constraint(None, "members", ["renews"])
    op.create_table(
        "seat_roles",
        sa.Column("member_id", sa.Uuid(), sa.ForeignKey("members.id"), primary_key=True),
        sa.Column("since", sa.Date(), primary_key=True),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
    )
    op.execute(
        "insert into seat_roles (member_id, since, role, recorded_on)"
        " select id, term_start, role, seated_at::date from members"
    )
