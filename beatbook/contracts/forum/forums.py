"""What forums publish."""

from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import EVERYONE, INSIDE_FORUMS, Event


class ForumFounded(Event, service="forum", aggregate="forum", verb="founded", audience=EVERYONE):
    """A forum was founded for an area; a special one reports into the general forum `reports_to`. Rules F1, F6."""

    forum_id: UUID
    area: AreaCode
    kind: str
    name: str
    reports_to: UUID | None = None


class ForumChanged(Event, service="forum", aggregate="forum", verb="changed", audience=INSIDE_FORUMS):
    """A forum got another name, agreed on something else, or reports elsewhere. Rules F1, F6, F7."""

    forum_id: UUID
    area: AreaCode
    name: str
    interval_days: int
    reports_to: UUID | None = None
