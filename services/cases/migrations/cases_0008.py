"""Partner agencies and memoranda of understanding."""

from alembic import op

revision = "cases_0008"
down_revision = "cases_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table agencies (
            id uuid primary key,
            code text not null unique,
            name text not null,
            services text[] not null,
            areas text[] not null,
            languages text[] not null,
            zone text not null,
            hours jsonb not null,
            open_minutes int4multirange not null,
            contact jsonb not null,
            is_active boolean not null,
            registered_at timestamptz not null,
            registered_by text not null,
            version integer not null
        )
    """)
    op.execute("create index agencies_areas on agencies using gin (areas)")
    op.execute("""
        create table memoranda (
            id uuid primary key,
            agency text not null references agencies (code),
            number integer not null,
            replaces uuid references memoranda,
            services text[] not null,
            areas text[] not null,
            categories text[] not null,
            starts_on date not null,
            ends_on date not null,
            signed_at timestamptz not null,
            signed_by text not null,
            ended_at timestamptz,
            end_reason text,
            version integer not null
        )
    """)
    op.execute("create unique index memoranda_numbers on memoranda (agency, number)")
