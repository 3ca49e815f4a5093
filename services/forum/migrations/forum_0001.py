"""The forum service's first tables: register, forums, seats, meetings, minutes, decisions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "forum_0001"
down_revision = None
branch_labels = ("forum",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "areas",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("tier", sa.String(64), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("source_code", sa.String(), nullable=False),
        sa.Column("names", JSONB(), nullable=False),
        sa.Column("external_codes", JSONB(), nullable=False),
        sa.Column("languages", JSONB(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("population_bands", JSONB(), nullable=False),
        sa.Column("minority_groups", JSONB(), nullable=False),
        sa.Column("boundary", JSONB(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successors", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent"],
            ["areas.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("areas_code_prefix", "areas", ["code"], unique=False, postgresql_ops={"code": "text_pattern_ops"})
    op.create_index("areas_source_code", "areas", ["source_code"], unique=False)
    op.create_index(op.f("ix_areas_parent"), "areas", ["parent"], unique=False)
    op.create_table(
        "forums",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("interval_days", sa.Integer(), nullable=False),
        sa.Column("police_chair_until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area"],
            ["areas.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("forums_area_prefix", "forums", ["area"], unique=False, postgresql_ops={"area": "text_pattern_ops"})
    op.create_table(
        "meetings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(64), nullable=False),
        sa.Column("topics", JSONB(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("place_kind", sa.String(64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("languages", JSONB(), nullable=False),
        sa.Column("interpreters", JSONB(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("state_reason", sa.String(), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("members_present", sa.Integer(), nullable=True),
        sa.Column("public_present", sa.Integer(), nullable=True),
        sa.Column("public_counts", JSONB(), nullable=False),
        sa.Column("highest_police_rank", sa.String(), nullable=True),
        sa.Column("advisories", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["forum_id"],
            ["forums.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "meetings_area_prefix", "meetings", ["area"], unique=False, postgresql_ops={"area": "text_pattern_ops"}
    )
    op.create_index("meetings_forum_start", "meetings", ["forum_id", "starts_at"], unique=False)
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sector", sa.String(64), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("age_band", sa.String(), nullable=True),
        sa.Column("minority_group", sa.String(), nullable=True),
        sa.Column("term_start", sa.Date(), nullable=False),
        sa.Column("term_end", sa.Date(), nullable=True),
        sa.Column("seated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["forum_id"],
            ["forums.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_members_forum_id"), "members", ["forum_id"], unique=False)
    op.create_table(
        "rules_of_procedure",
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["forum_id"],
            ["forums.id"],
        ),
        sa.PrimaryKeyConstraint("forum_id", "number"),
    )
    op.create_table(
        "attendance",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["members.id"],
        ),
        sa.PrimaryKeyConstraint("meeting_id", "member_id"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("agenda_item", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("owner_sector", sa.String(64), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("method", sa.String(64), nullable=False),
        sa.Column("votes", JSONB(), nullable=True),
        sa.Column("dissent", JSONB(), nullable=False),
        sa.Column("affected_groups", JSONB(), nullable=False),
        sa.Column("chair_statement", sa.String(), nullable=True),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("alternative", sa.String(), nullable=True),
        sa.Column("on_time", sa.Boolean(), nullable=True),
        sa.Column("advisories", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["forum_id"],
            ["forums.id"],
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "decisions_area_prefix", "decisions", ["area"], unique=False, postgresql_ops={"area": "text_pattern_ops"}
    )
    op.create_index(
        "decisions_open", "decisions", ["forum_id", "due_on"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_index(op.f("ix_decisions_meeting_id"), "decisions", ["meeting_id"], unique=False)
    op.create_table(
        "minutes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_public", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("items", JSONB(), nullable=False),
        sa.Column("public_attendees", JSONB(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_in", sa.Uuid(), nullable=True),
        sa.Column("published", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_in"],
            ["meetings.id"],
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"],
            ["forums.id"],
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("meeting_id"),
    )
    op.create_index(op.f("ix_minutes_forum_id"), "minutes", ["forum_id"], unique=False)
    op.create_index(
        "minutes_area_prefix", "minutes", ["area"], unique=False, postgresql_ops={"area": "text_pattern_ops"}
    )
    op.create_table(
        "minutes_versions",
        sa.Column("minutes_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["minutes_id"],
            ["minutes.id"],
        ),
        sa.PrimaryKeyConstraint("minutes_id", "number"),
    )
    op.execute("""
        create function refuse_change() returns trigger language plpgsql as
        $$ begin raise exception 'a published version never changes (Rule F11)'; end $$
    """)
    op.execute("""
        create trigger minutes_versions_are_frozen before update or delete on minutes_versions
        for each row execute function refuse_change()
    """)
