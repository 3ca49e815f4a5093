"""What sites publish."""

from datetime import date
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import STAFF, Event


class SiteDesignated(Event, service="forum", aggregate="site", verb="designated", audience=STAFF):
    """An area became a `pilot`, `control` or `expansion` site; both days count in. Rule A4."""

    site_id: UUID
    area: AreaCode
    role: str
    starts_on: date
    ends_on: date | None


class SiteChanged(Event, service="forum", aggregate="site", verb="changed", audience=STAFF):
    """A site got another end, or none: how it stands now. Rule A4."""

    site_id: UUID
    area: AreaCode
    role: str
    starts_on: date
    ends_on: date | None
