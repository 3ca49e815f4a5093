"""What minutes publish."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import EVERYONE, INSIDE_FORUMS, Event


class MinutesCirculated(Event, service="forum", aggregate="minutes", verb="circulated", audience=INSIDE_FORUMS):
    """A draft went round: members may send remarks until it is approved. Rule F11."""

    minutes_id: UUID
    meeting_id: UUID
    forum_id: UUID
    area: AreaCode


class MinutesRemarked(Event, service="forum", aggregate="minutes", verb="remarked", audience=INSIDE_FORUMS):
    """Somebody inside the forum sent a remark on circulated minutes; the words stay with the forum. Rule F11."""

    minutes_id: UUID
    remark_id: UUID
    forum_id: UUID
    area: AreaCode


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
