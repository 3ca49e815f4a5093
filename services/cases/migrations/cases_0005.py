"""People in cases, sealed field by field, and the tags that find their names; seen by whoever sees the case's file."""

from alembic import op

revision = "cases_0005"
down_revision = "cases_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table people (
            id uuid primary key,
            case_id uuid not null references case_files,
            role text not null,
            guardian_of uuid[] not null,
            sealed_given_names bytea,
            sealed_family_names bytea,
            sealed_other_names bytea,
            sealed_born_on bytea,
            sealed_sex bytea,
            sealed_languages bytea,
            sealed_address bytea,
            sealed_telephone bytea,
            sealed_mail bytea,
            added_at timestamptz not null,
            version integer not null
        )
    """)
    op.execute("create index ix_people_case_id on people (case_id)")
    op.execute("""
        create table people_tags (
            tag integer not null,
            person_id uuid not null references people,
            case_id uuid not null references case_files,
            made_with bytea not null,
            primary key (tag, person_id)
        )
    """)
    op.execute("create index ix_people_tags_person_id on people_tags (person_id)")
    op.execute("create index ix_people_tags_case_id on people_tags (case_id)")
    op.execute("alter table people enable row level security, force row level security")
    op.execute("""
        create policy by_file on people
        using (exists (select 1 from case_files where case_files.id = case_id))
    """)
    op.execute("alter table people_tags enable row level security, force row level security")
    op.execute("""
        create policy by_file on people_tags
        using (exists (select 1 from case_files where case_files.id = case_id))
    """)
