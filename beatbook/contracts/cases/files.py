"""Cases of whatever kind, as ids and codes (Rule C13)."""

from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import NOBODY, Event


class CaseExpunged(Event, service="cases", aggregate="case", verb="expunged", audience=NOBODY):
    """A case was made unreadable for good; what was counted of it stays. Rule C16."""

    case_id: UUID
    kind: str
    area: AreaCode
    reason: str
