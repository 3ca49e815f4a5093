"""What yearly reports publish."""

from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import EVERYONE, Event


class ReportAdopted(Event, service="forum", aggregate="report", verb="adopted", audience=EVERYONE):
    """A forum adopted a year's report, which is public; `sha256` is the hash of its canonical JSON. Rule F20."""

    forum_id: UUID
    area: AreaCode
    year: int
    number: int
    sha256: str
