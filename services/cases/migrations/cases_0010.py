"""Problem-solving cases are sealed, have a file, and know their incidents.

Only a process knows the keys: what was written until now waits, seen by nobody else, for the worker to seal it.
"""

from alembic import op

revision = "cases_0010"
down_revision = "cases_0009"
branch_labels = None
depends_on = None

_BY_FILE = """
    create policy by_file on {table}
    using (exists (select 1 from case_files where case_files.id = {table}.{column}))
"""


def upgrade() -> None:
    # a migration acts for nobody: let it see all rows
    for table in ("problems", "problem_moves"):
        op.execute(f"alter table {table} no force row level security")
    op.execute("create table problems_unsealed (id uuid primary key, content jsonb not null)")
    op.execute("""
        insert into problems_unsealed
        select id, to_jsonb(problems) || jsonb_build_object('moves', (
            select coalesce(jsonb_agg(to_jsonb(moves) order by moves.id), '[]')
            from problem_moves as moves where problem_id = problems.id
        ))
        from problems
    """)
    op.execute("drop table problem_moves, problems")
    # answers that were kept to be given again hold what was written
    op.execute("""
        do $$ begin
            if to_regclass('idempotency_keys') is not null then
                update idempotency_keys set body = null where request like '/v1/problems%';
            end if;
        end $$
    """)
    op.execute("alter table problems_unsealed enable row level security, force row level security")
    op.execute("""
        create policy by_the_service on problems_unsealed
        using ((select current_setting('beatbook.own_work', true)) = 'on')
    """)
    op.execute("""
        create table problems (
            id uuid primary key references case_files,
            category text,
            phase text not null,
            sealed_title bytea not null,
            sealed_parts bytea not null,
            version integer not null
        )
    """)
    op.execute("""
        create table problem_moves (
            id uuid primary key,
            problem_id uuid not null references problems,
            origin text not null,
            target text not null,
            sealed_reason bytea,
            moved_at timestamptz not null,
            moved_by text not null
        )
    """)
    op.execute("create index ix_problem_moves_problem_id on problem_moves (problem_id)")
    op.execute("""
        create table problem_incidents (
            problem_id uuid not null references problems,
            incident_id uuid not null,
            linked_at timestamptz not null,
            linked_by text not null,
            primary key (problem_id, incident_id)
        )
    """)
    op.execute("create index ix_problem_incidents_incident_id on problem_incidents (incident_id)")
    for table, column in (("problems", "id"), ("problem_moves", "problem_id"), ("problem_incidents", "problem_id")):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(_BY_FILE.format(table=table, column=column))
