"""Patterns keep running sums, and their rows where the log's next ones will lie; all is counted anew. Rule C3."""

from alembic import op

revision = "cases_0026"
down_revision = "cases_0025"
branch_labels = None
depends_on = None

_TABLES = """
    truncate pattern_sightings, pattern_totals, pattern_looks, pattern_spreads, pattern_scans;
    update pattern_cursor set position = 0;
    drop index pattern_sightings_place;
    create index pattern_sightings_place on pattern_sightings (place_id, family, grain, bucket) include (weekday, part);
    alter table pattern_sightings set (autovacuum_vacuum_insert_scale_factor = 0.02);
    alter table pattern_totals drop constraint pattern_totals_pkey,
        add primary key (grain, bucket, municipality, family, band);
    drop index pattern_places_once;
    create unique index pattern_places_once on pattern_places (area, key) include (id);
    alter table pattern_looks
        add column is_candidate boolean generated always as (in_long >= 5) stored,
        add column is_small boolean generated always as (p_short is not null or p_long is not null) stored,
        set (fillfactor = 60);
    drop index pattern_looks_candidates;
    drop index pattern_looks_small;
    create index pattern_looks_candidates on pattern_looks (municipality, family, grain) where is_candidate;
    create index pattern_looks_small on pattern_looks (country) where is_small;
    create table pattern_margins (
        municipality text not null,
        family text not null,
        grain text not null,
        band text not null,
        total integer not null,
        in_short integer not null,
        in_long integer not null,
        past integer not null,
        squares bigint not null,
        primary key (municipality, family, grain, band)
    ) with (fillfactor = 70);
"""


def upgrade() -> None:
    for statement in _TABLES.split(";"):
        if statement.strip():
            op.execute(statement)
