"""Pattern scanning: places and their neighbours, counts, what was looked at, proposals. Rule C3."""

from alembic import op

revision = "cases_0012"
down_revision = "cases_0011"
branch_labels = None
depends_on = None

_TABLES = """
    create table pattern_places (
        id bigint generated always as identity primary key,
        area text not null,
        key text not null,
        municipality text not null,
        place text,
        longitude double precision,
        latitude double precision,
        cell bigint
    );
    create unique index pattern_places_once on pattern_places (area, key);
    create index pattern_places_cell on pattern_places (cell) where cell is not null;
    create table pattern_neighbours (
        place_id bigint not null,
        other_id bigint not null,
        primary key (place_id, other_id)
    );
    create table pattern_sightings (
        incident_id uuid primary key,
        place_id bigint not null,
        country text not null,
        family text not null,
        category text not null,
        local_category text,
        grain text not null,
        bucket date not null,
        day date not null,
        weekday text,
        part text,
        position bigint not null
    );
    create index pattern_sightings_place on pattern_sightings (place_id, family, grain, bucket);
    create index pattern_sightings_bucket on pattern_sightings (country, grain, bucket);
    create table pattern_totals (
        municipality text not null,
        family text not null,
        grain text not null,
        band text not null,
        bucket date not null,
        incidents integer not null,
        primary key (municipality, family, grain, band, bucket)
    );
    create table pattern_looks (
        kind text not null,
        place_id bigint not null,
        family text not null,
        grain text not null,
        band text not null,
        country text not null,
        municipality text not null,
        total integer not null,
        in_short integer not null,
        in_long integer not null,
        past integer not null,
        squares bigint not null,
        p_short double precision,
        p_long double precision,
        primary key (kind, place_id, family, grain, band)
    );
    create index pattern_looks_candidates on pattern_looks (municipality, family, grain) where in_long >= 5;
    create index pattern_looks_small on pattern_looks (country) where p_short is not null or p_long is not null;
    create table pattern_spreads (
        municipality text not null,
        kind text not null,
        family text not null,
        grain text not null,
        band text not null,
        squares bigint not null,
        squared_totals bigint not null,
        totals bigint not null,
        primary key (municipality, kind, family, grain, band)
    );
    create table pattern_scans (
        country text primary key,
        last_week date,
        last_month date,
        hypotheses integer not null
    );
    create table pattern_cursor (
        single boolean primary key check (single),
        position bigint not null
    );
    insert into pattern_cursor values (true, 0);
    create table pattern_proposals (
        id uuid primary key,
        country text not null,
        area text not null,
        kind text not null,
        place_id bigint not null,
        places bigint[] not null,
        family text not null,
        band text not null,
        grain text not null,
        span text not null,
        past_from date not null,
        window_from date not null,
        window_until date not null,
        observed integer not null,
        expected double precision not null,
        p_value double precision not null,
        q_value double precision not null,
        hypotheses integer not null,
        evidence_position bigint not null,
        evidence_as_of timestamptz not null,
        state text not null,
        reason text,
        problem_id uuid,
        case_open boolean not null,
        proposed_at timestamptz not null,
        ended_at timestamptz,
        ended_by text,
        version integer not null
    );
    create index pattern_proposals_area on pattern_proposals (area text_pattern_ops);
    create index pattern_proposals_open on pattern_proposals (country) where state = 'open';
    create index pattern_proposals_places on pattern_proposals using gin (places);
    create index pattern_proposals_problem on pattern_proposals (problem_id) where problem_id is not null
"""


def upgrade() -> None:
    for statement in _TABLES.split(";"):
        op.execute(statement)
