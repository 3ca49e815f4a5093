"""Endpoints, deliveries, attempts."""

from alembic import op

revision = "webhooks_0001"
down_revision = None
branch_labels = ("webhooks",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table endpoints (
            id uuid primary key,
            agency text not null,
            url text not null,
            event_types text[] not null,
            areas text[] not null,
            state varchar(64) not null,
            disabled_reason varchar(64),
            failing_since timestamptz,
            paused_until timestamptz,
            secret bytea not null,
            previous_secret bytea,
            previous_until timestamptz,
            resumed_at timestamptz not null,
            created_at timestamptz not null,
            version integer not null
        )
    """)
    op.execute("create index endpoints_agency on endpoints (agency)")
    op.execute("""
        create table deliveries (
            id uuid primary key,
            seq bigint generated always as identity not null,
            endpoint_id uuid not null references endpoints (id),
            event_id uuid not null,
            type text not null,
            subject uuid not null,
            area text not null,
            body text not null,
            state varchar(64) not null,
            attempts integer not null,
            trying_since timestamptz,
            next_attempt_at timestamptz,
            claimed_until timestamptz,
            delivered_at timestamptz,
            created_at timestamptz not null,
            constraint deliveries_once unique (endpoint_id, event_id)
        )
    """)
    op.execute("create index deliveries_pending on deliveries (endpoint_id, subject, seq) where state = 'pending'")
    op.execute("create index deliveries_newest on deliveries (endpoint_id, id desc)")
    op.execute("""
        create table delivery_attempts (
            id bigint generated always as identity primary key,
            delivery_id uuid not null references deliveries (id),
            at timestamptz not null,
            duration_ms integer not null,
            status integer,
            error text,
            answer text
        )
    """)
    op.execute("create index delivery_attempts_of on delivery_attempts (delivery_id, id)")
