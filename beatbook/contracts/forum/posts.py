"""What posts publish: codes only, no officer."""

from datetime import date
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import INSIDE_FORUMS, Event


class PostAssigned(Event, service="forum", aggregate="post", verb="assigned", audience=INSIDE_FORUMS):
    """An officer or a team was assigned to an area. Rule A5."""

    post_id: UUID
    area: AreaCode
    kind: str
    starts_on: date
    ends_on: date | None


class PostChanged(Event, service="forum", aggregate="post", verb="changed", audience=INSIDE_FORUMS):
    """A post got another end, or none: how it stands now. Rule A5."""

    post_id: UUID
    area: AreaCode
    kind: str
    starts_on: date
    ends_on: date | None
