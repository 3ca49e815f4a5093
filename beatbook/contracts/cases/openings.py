"""Cases opened by force, as ids, codes and times (Rule C13). Who did it is the event's actor."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import WATCHING, Event


class OpeningForced(Event, service="cases", aggregate="opening", verb="forced", audience=WATCHING):
    """Someone without a part in a case broke its glass, and may read it until then. Rule C14."""

    opening_id: UUID
    case_id: UUID
    kind: str
    area: AreaCode
    expires_at: datetime


class OpeningEnded(Event, service="cases", aggregate="opening", verb="ended", audience=WATCHING):
    """A case opened by force was closed to them again before its hour was over. Rule C14."""

    opening_id: UUID
    case_id: UUID
    area: AreaCode


class OpeningReviewed(Event, service="cases", aggregate="opening", verb="reviewed", audience=WATCHING):
    """An opening by force was looked into. Rule C14."""

    opening_id: UUID
    case_id: UUID
    area: AreaCode
    finding: Literal["justified", "not_justified"]
