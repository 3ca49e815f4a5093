"""The replica of the register, facts, decisions as last heard of, and marks of what is to be published."""

from alembic import op

revision = "kpi_0001"
down_revision = None
branch_labels = ("kpi",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table areas (
            code varchar primary key,
            tier varchar(64) not null,
            parent varchar,
            name varchar not null,
            population integer,
            valid_to date
        )
    """)
    op.execute("create index areas_code_prefix on areas (code text_pattern_ops)")
    op.execute("create index areas_parent on areas (parent)")
    op.execute("""
        create table facts (
            measure varchar not null,
            area varchar not null,
            month date not null,
            category varchar not null,
            counts_from date not null,
            count bigint not null,
            primary key (measure, area, month, category, counts_from)
        )
    """)
    op.execute("""
        create table decisions (
            decision_id uuid primary key,
            area varchar not null,
            due_on date,
            outcome varchar,
            on_time boolean
        )
    """)
    op.execute("""
        create table changed_cells (
            seq bigint generated always as identity primary key,
            measure varchar not null,
            area varchar not null,
            month date not null
        )
    """)
    op.execute("""
        create table maturity (
            single boolean primary key default true check (single),
            through date not null
        )
    """)
    op.execute("insert into maturity (through) values (current_date)")
