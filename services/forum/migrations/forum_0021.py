"""Invitations, mail addresses, and the mails to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "forum_0021"
down_revision = "forum_0020"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mail_addresses",
        sa.Column("member_id", sa.Uuid(), sa.ForeignKey("members.id"), primary_key=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "invitations",
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("member_id", sa.Uuid(), sa.ForeignKey("members.id"), primary_key=True),
        sa.Column("invited_at", TIME, nullable=False),
        sa.Column("reply", sa.String(64), nullable=True),
        sa.Column("replied_at", TIME, nullable=True),
        sa.Column("told", sa.String(), nullable=True),
        sa.Column("told_version", sa.Integer(), nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_invitations_member_id", "invitations", ["member_id"])
    op.create_index("invitations_open", "invitations", ["meeting_id"], postgresql_where=sa.text("open"))
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meetings.id"), nullable=False),
        sa.Column("member_id", sa.Uuid(), sa.ForeignKey("members.id"), nullable=False),
        sa.Column("meeting_version", sa.Integer(), nullable=False),
        sa.Column("notice", sa.String(64), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("queued_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.UniqueConstraint("meeting_id", "member_id", "meeting_version"),
    )
    op.create_index("mails_due", "mails", ["due_at"], postgresql_where=sa.text("state = 'queued'"))
