"""What forums publish."""

from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import EVERYONE, INSIDE_FORUMS, Event


class ForumFounded(Event, service="forum", aggregate="forum", verb="founded", audience=EVERYONE):
    """A forum was founded for an area. Rule F1."""

    forum_id: UUID
    area: AreaCode
    kind: str
    name: str


class ForumChanged(Event, service="forum", aggregate="forum", verb="changed", audience=INSIDE_FORUMS):
    """A forum got another name, or agreed on another interval (days). Rules F1, F7."""

    forum_id: UUID
    area: AreaCode
    name: str
    interval_days: int
