"""Community initiatives."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "forum_0014"
down_revision = "forum_0013"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "initiatives",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("forum_id", sa.Uuid(), sa.ForeignKey("forums.id"), nullable=False),
        sa.Column("area", sa.String(), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("aim", sa.String(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("state_reason", sa.String(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("partners", postgresql.JSONB(), nullable=False),
        sa.Column("written_rules", sa.String(), nullable=True),
        sa.Column("reporting_only", sa.Boolean(), nullable=False),
        sa.Column("supervisor", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("outcome", sa.String(64), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("initiatives_area_prefix", "initiatives", ["area"], postgresql_ops={"area": "text_pattern_ops"})
    op.create_index("initiatives_forum", "initiatives", ["forum_id", "id"])
    op.create_table(
        "initiative_reports",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("initiative_id", sa.Uuid(), sa.ForeignKey("initiatives.id"), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("noted_at", TIME, nullable=False),
    )
    op.create_index("initiative_reports_of", "initiative_reports", ["initiative_id", "id"])
    op.create_table(
        "safe_places",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("initiative_id", sa.Uuid(), sa.ForeignKey("initiatives.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
    )
    op.create_index("safe_places_of", "safe_places", ["initiative_id", "id"])
