"""The backbone's tables, the same in every service's database: log, relay state, checkpoints, parked events, keys."""

from alembic import op

revision = "backbone_0001"
down_revision = None
branch_labels = ("backbone",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table events (
            seq bigint generated always as identity primary key,
            id uuid not null unique,
            type text not null,
            subject uuid not null,
            area text not null,
            time timestamptz not null,
            actor text not null,
            data jsonb not null,
            traceparent text,
            position bigint unique
        )
    """)
    op.execute("create index events_unpositioned on events (seq) where position is null")
    op.execute("""
        create table relay (
            single boolean primary key default true check (single),
            position bigint not null default 0,
            published bigint not null default 0
        )
    """)
    op.execute("insert into relay default values")
    op.execute("""
        create table checkpoints (
            consumer text not null,
            source text not null,
            position bigint not null,
            primary key (consumer, source)
        )
    """)
    op.execute("""
        create table parked_events (
            consumer text not null,
            source text not null,
            position bigint not null,
            id uuid not null,
            type text not null,
            subject text not null,
            area text not null,
            time timestamptz not null,
            actor text not null,
            data jsonb not null,
            traceparent text,
            error text not null,
            parked_at timestamptz not null default now(),
            primary key (consumer, source, position)
        )
    """)
    op.execute("""
        create table skipped_events (
            consumer text not null,
            source text not null,
            position bigint not null,
            id uuid not null,
            type text not null,
            subject text not null,
            reason text not null,
            skipped_by text not null,
            skipped_at timestamptz not null default now(),
            primary key (consumer, source, position)
        )
    """)
    op.execute("""
        create table idempotency_keys (
            actor text not null,
            key text not null,
            request text not null,
            body_sha256 text not null,
            status integer,
            media_type text,
            etag text,
            body bytea,
            created_at timestamptz not null default now(),
            primary key (actor, key)
        )
    """)
    op.execute("create index idempotency_keys_age on idempotency_keys (created_at)")
