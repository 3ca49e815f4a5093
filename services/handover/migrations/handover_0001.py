"""Assignments, briefs, and the projections that briefs are made from."""

from alembic import op

revision = "handover_0001"
down_revision = None
branch_labels = ("handover",)
depends_on = None

BY_AREA = (
    "assignments",
    "briefs",
    "forums",
    "meetings",
    "published_minutes",
    "decisions",
    "problems",
    "incident_months",
)


def upgrade() -> None:
    op.execute("""
        create table assignments (
            id uuid primary key,
            area text not null,
            advisor text not null,
            mandate text not null,
            starts_on date not null,
            ends_on date not null,
            successor_id uuid references assignments (id),
            created_at timestamptz not null,
            version integer not null
        )
    """)
    op.execute("""
        create table briefs (
            id uuid primary key,
            area text not null,
            number integer not null,
            assignment_id uuid references assignments (id),
            as_of timestamptz not null,
            content text not null,
            sha256 text not null,
            constraint briefs_numbered unique (area, number)
        )
    """)
    op.execute("""
        create function refuse_change() returns trigger language plpgsql as
        $$ begin raise exception 'a brief is frozen when it is composed (Rule H8)'; end $$
    """)
    op.execute("""
        create trigger briefs_frozen before update or delete or truncate on briefs
        for each statement execute function refuse_change()
    """)
    op.execute("""
        create table areas (
            code text primary key,
            names jsonb not null,
            population integer,
            closed_on date
        )
    """)
    op.execute("""
        create table forums (
            forum_id uuid primary key,
            area text not null,
            kind text not null,
            name text not null,
            founded_at timestamptz not null
        )
    """)
    op.execute("""
        create table meetings (
            meeting_id uuid primary key,
            forum_id uuid not null,
            area text not null,
            state text not null,
            starts_at timestamptz,
            held_at timestamptz,
            members_present integer,
            public_present integer
        )
    """)
    op.execute("create index meetings_of_forum on meetings (forum_id)")
    op.execute("""
        create table published_minutes (
            minutes_id uuid not null,
            number integer not null,
            meeting_id uuid not null,
            forum_id uuid not null,
            area text not null,
            held_at timestamptz not null,
            sha256 text not null,
            primary key (minutes_id, number)
        )
    """)
    op.execute("create index published_minutes_of_forum on published_minutes (forum_id)")
    op.execute("""
        create table decisions (
            decision_id uuid primary key,
            forum_id uuid not null,
            area text not null,
            kind text not null,
            owner text,
            due_on date,
            recorded_at timestamptz,
            outcome text,
            closed_at timestamptz,
            on_time boolean
        )
    """)
    op.execute("""
        create table problems (
            problem_id uuid primary key,
            area text not null,
            category text,
            phase text not null,
            opened_at timestamptz,
            moved_at timestamptz
        )
    """)
    op.execute("""
        create table incident_months (
            area text not null,
            month date not null,
            incidents bigint not null,
            primary key (area, month)
        )
    """)
    op.execute("""
        create table indicator_months (
            indicator text not null,
            area text not null,
            month date not null,
            numerator double precision not null,
            denominator double precision,
            value double precision,
            primary key (indicator, area, month)
        )
    """)
    op.execute("create index indicator_months_area on indicator_months (area)")
    for table in BY_AREA:
        op.execute(f"create index {table}_area_prefix on {table} (area text_pattern_ops)")
