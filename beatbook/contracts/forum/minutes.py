"""What minutes publish."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import EVERYONE, INSIDE_FORUMS, Event


class MinutesApproved(Event, service="forum", aggregate="minutes", verb="approved", audience=INSIDE_FORUMS):
    """The chair or the next meeting approved the minutes. Rule F11."""

    minutes_id: UUID
    meeting_id: UUID
    forum_id: UUID
    area: AreaCode
    number: int


class MinutesPublished(Event, service="forum", aggregate="minutes", verb="published", audience=EVERYONE):
    """A version of minutes became public; `sha256` is the hash of its canonical JSON. Rules F11, F11a, F20.

    `corrects` is the number of the version that this one corrects, if any.
    """

    minutes_id: UUID
    meeting_id: UUID
    forum_id: UUID
    area: AreaCode
    held_at: datetime
    number: int
    sha256: str
    corrects: int | None = None
