"""Hate crimes: perceptions, indicators and legal classifications, each with its history; indexes for queries."""

from alembic import op

revision = "cases_0013"
down_revision = "cases_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table incidents add column is_urgent boolean not null default false")
    op.execute("create index incidents_urgent on incidents (id) where is_urgent")
    op.execute("create index incidents_category on incidents (category text_pattern_ops, month)")
    op.execute("create index incidents_place on incidents (place, id) where place is not null")
    op.execute("""
        create table hate_crimes (
            incident_id uuid primary key references incidents,
            area text not null,
            classification text not null,
            flagged_at timestamptz not null,
            version integer not null
        )
    """)
    op.execute("create index hate_crimes_area on hate_crimes (area text_pattern_ops, incident_id)")
    op.execute("""
        create table hate_crime_notes (
            id uuid primary key,
            incident_id uuid not null references hate_crimes,
            kind text not null,
            perceived_by text,
            motivations text[] not null,
            indicators text[] not null,
            classification text,
            noted_by text not null,
            noted_at timestamptz not null
        )
    """)
    op.execute("create index hate_crime_notes_incident on hate_crime_notes (incident_id, id)")
    op.execute("create rule hate_crime_notes_stay as on delete to hate_crime_notes do instead nothing")
    op.execute("create rule hate_crime_notes_are_kept as on update to hate_crime_notes do instead nothing")
