"""What exports publish: who took what out, never what it says."""

from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import INSIDE_FORUMS, Event


class RecordsExported(Event, service="forum", aggregate="forum", verb="records_exported", audience=INSIDE_FORUMS):
    """Somebody inside took records of a forum out: a table or the archive of all; the envelope says who. Rule F10."""

    forum_id: UUID
    area: AreaCode
    what: str
    form: str
    rows: int
