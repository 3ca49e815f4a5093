"""A case that somebody was let into to change stays seen by that transaction: it may hand the case to others."""

from alembic import op

revision = "cases_0023"
down_revision = "cases_0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        alter policy by_part on case_files using (
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
            or id = nullif(current_setting('beatbook.entered', true), '')::uuid
        )
    """)
