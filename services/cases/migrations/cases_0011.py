"""Row-level security on case files at little cost: the transaction is told the areas of each role, ready to compare.

`^@` leaks nothing, so that an index serves a list's own condition before the policy is asked of what it found.
"""

from alembic import op

revision = "cases_0011"
down_revision = "cases_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("drop policy by_review on case_keys")
    op.execute("drop policy by_part on case_files")
    op.execute("drop policy by_witness on case_openings")
    op.execute("""
        create policy by_part on case_files using (
            kind <> 'complaint' and (
                area || '.' ^@ any ((select string_to_array(current_setting('beatbook.as_supervisor', true), ','))::text[])
                or (
                    supervisor = (select current_setting('beatbook.actor', true))
                    or team @> array[(select current_setting('beatbook.actor', true))]
                    or id = any (array(
                        select case_id from case_openings
                        where subject = current_setting('beatbook.actor', true)
                              and expires_at > nullif(current_setting('beatbook.now', true), '')::timestamptz
                    ))
                )
                and area || '.' ^@ any ((
                    select string_to_array(current_setting('beatbook.as_officer', true), ',')
                           || string_to_array(current_setting('beatbook.as_admin', true), ',')
                )::text[])
            )
            or kind = 'complaint' and area || '.' ^@ any (string_to_array(current_setting('beatbook.as_oversight', true), ','))
            or agency = nullif(current_setting('beatbook.agency', true), '')
               and area || '.' ^@ any (string_to_array(current_setting('beatbook.as_partner', true), ','))
            or current_setting('beatbook.own_work', true) = 'on'
        )
    """)
    op.execute("""
        create policy by_witness on case_openings using (
            subject = current_setting('beatbook.actor', true)
            or supervisor = current_setting('beatbook.actor', true)
            or area || '.' ^@ any (string_to_array(current_setting('beatbook.as_supervisor', true), ','))
            or area || '.' ^@ any (string_to_array(current_setting('beatbook.as_oversight', true), ','))
            or current_setting('beatbook.own_work', true) = 'on'
        )
    """)
