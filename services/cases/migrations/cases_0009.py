"""Tables from local categories to the ICCS; what became of an import's rows, by root, batch and row."""

from alembic import op

revision = "cases_0009"
down_revision = "cases_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table category_tables (
            country text not null,
            name text not null,
            version integer not null,
            title text not null,
            categories jsonb not null,
            recorded_by text not null,
            recorded_at timestamptz not null,
            primary key (country, name, version)
        )
    """)
    op.execute("""
        alter table incident_batches
            add column category_table text,
            add column digest bytea,
            drop constraint incident_batches_pkey,
            add primary key (root, import_id, batch)
    """)
    op.execute("""
        create table incident_refusals (
            root text not null,
            import_id text not null,
            batch integer not null,
            row integer not null,
            line bigint,
            external_id text,
            reason text not null,
            detail text not null,
            primary key (root, import_id, batch, row),
            foreign key (root, import_id, batch) references incident_batches on delete cascade
        )
    """)
    op.execute("create index incident_batches_refused on incident_batches (recorded_at) where refused > 0")
