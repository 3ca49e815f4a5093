"""Agendas write themselves: decisions and minutes stand on them, and a held meeting's agenda is kept as it stood.

Minutes and decisions may be written in several languages.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "forum_0009"
down_revision = "forum_0008"
branch_labels = None
depends_on = None

_DECISIONS = """
    insert into agenda_entries (id, forum_id, kind, source_id, title, public, queued_at, due_on, settled_at)
    select gen_random_uuid(), d.forum_id, 'decision', d.id, d.text, d.public, m.held_at, d.due_on, d.closed_at
    from decisions d join meetings m on m.id = d.meeting_id
"""
_MINUTES = """
    insert into agenda_entries (id, forum_id, kind, source_id, title, public, queued_at, taken_up_in)
    select gen_random_uuid(), m.forum_id, 'minutes', m.id,
           'Minutes of the meeting of ' || to_char(m.held_at at time zone 'UTC', 'YYYY-MM-DD'), m.published > 0, m.held_at,
           (select later.id from meetings later
            where later.forum_id = m.forum_id and later.held_at > m.held_at order by later.held_at limit 1)
    from minutes m
"""


def upgrade() -> None:
    op.add_column("agenda_entries", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("agenda_entries", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("agenda_entries_waiting", "agenda_entries")
    op.create_index(
        "agenda_entries_waiting",
        "agenda_entries",
        ["forum_id", "id"],
        postgresql_where=sa.text("taken_up_in is null and settled_at is null"),
    )
    op.create_table(
        "own_agenda_items",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meetings.id"), nullable=False, index=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("estimated_minutes", sa.Integer(), nullable=True),
    )
    op.create_table(
        "held_agendas",
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("lines", JSONB(), nullable=False),
    )
    op.execute(_DECISIONS)
    op.execute(_MINUTES)
    op.add_column("minutes", sa.Column("language", sa.String(), nullable=False, server_default="und"))
    op.alter_column("minutes", "language", server_default=None)
    op.add_column("decisions", sa.Column("language", sa.String(), nullable=False, server_default="und"))
    op.add_column("decisions", sa.Column("translations", JSONB(), nullable=False, server_default="{}"))
    op.alter_column("decisions", "language", server_default=None)
    op.alter_column("decisions", "translations", server_default=None)
