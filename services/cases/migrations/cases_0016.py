"""Tension monitoring: readings, and weeks made of them. Rule C18."""

from alembic import op

revision = "cases_0016"
down_revision = "cases_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table tension_readings (
            id uuid primary key,
            area text not null,
            week date not null,
            read_on date not null,
            indicator text not null,
            level integer not null,
            source text,
            information text,
            community text,
            recorded_at timestamptz not null,
            recorded_by text not null,
            withdrawn_at timestamptz,
            withdrawn_by text,
            replaced_by uuid,
            version integer not null
        )
    """)
    op.execute("create index tension_readings_area on tension_readings (area text_pattern_ops, id)")
    op.execute("create index tension_readings_week on tension_readings (area, week) where withdrawn_at is null")
    op.execute("""
        create table tension_weeks (
            id uuid primary key,
            area text not null,
            week date not null,
            level integer,
            readings integer not null,
            previous integer,
            jumped boolean not null,
            told_at timestamptz
        )
    """)
    op.execute("create unique index tension_weeks_once on tension_weeks (area text_pattern_ops, week)")
