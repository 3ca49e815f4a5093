"""What concerns publish: ids, codes and times; the words stay with the forum, and nobody is named or hinted at."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import INSIDE_FORUMS, Event


class ConcernRaised(Event, service="forum", aggregate="concern", verb="raised", audience=INSIDE_FORUMS):
    """Somebody asks something of a forum, which owes a triage by `triage_by`. Rule F14.

    `source` is meeting, member, consultation or anonymous; `area` is where it was raised.
    """

    concern_id: UUID
    forum_id: UUID
    area: AreaCode
    source: str
    category: str
    raised_at: datetime
    triage_by: datetime


class ConcernTriaged(Event, service="forum", aggregate="concern", verb="triaged", audience=INSIDE_FORUMS):
    """A forum said what it does about a concern, an escalation included; `on_time`: by the agreed day. Rule F14.

    Each forum that had the concern triages it once; `triage_by` is when this one owed it.
    """

    concern_id: UUID
    forum_id: UUID
    area: AreaCode
    category: str
    outcome: Literal["answered", "referred", "case_opened", "escalated", "out_of_remit"]
    raised_at: datetime
    triage_by: datetime
    triaged_at: datetime
    on_time: bool


class ConcernAnswered(Event, service="forum", aggregate="concern", verb="answered", audience=INSIDE_FORUMS):
    """A concern came to its end: answered, or out of remit with a named alternative. Rule F14.

    `on_time`: every forum that had it triaged it by the agreed day.
    """

    concern_id: UUID
    forum_id: UUID
    area: AreaCode
    category: str
    outcome: Literal["answered", "out_of_remit"]
    raised_at: datetime
    answered_at: datetime
    on_time: bool


class ConcernEscalated(Event, service="forum", aggregate="concern", verb="escalated", audience=INSIDE_FORUMS):
    """A concern went one tier up, to a forum that owes a triage by `triage_by`. Rule F15."""

    concern_id: UUID
    area: AreaCode
    forum_id: UUID
    to_forum_id: UUID
    to_area: AreaCode
    triage_by: datetime


class ConcernOverdue(Event, service="forum", aggregate="concern", verb="overdue", audience=INSIDE_FORUMS):
    """A concern waits for triage past the agreed day. Rule F14."""

    concern_id: UUID
    forum_id: UUID
    area: AreaCode
    category: str
    triage_by: datetime


class ConcernCaseMoved(Event, service="forum", aggregate="concern", verb="case_moved", audience=INSIDE_FORUMS):
    """The bucket that came back of the case a concern was opened as; of the case nothing else. Rule C12a."""

    concern_id: UUID
    forum_id: UUID
    area: AreaCode
    bucket: Literal["received", "worked_on", "done", "not_taken_up"]


class ConcernPublished(Event, service="forum", aggregate="concern", verb="published", audience=INSIDE_FORUMS):
    """The forum's own summary of a concern is public, or (`published` false) is not any more. Rule F14."""

    concern_id: UUID
    forum_id: UUID
    area: AreaCode
    published: bool


class ConcernJoined(Event, service="forum", aggregate="concern", verb="joined", audience=INSIDE_FORUMS):
    """A forum deals with a concern under a theme, together with like ones. Rule F15."""

    concern_id: UUID
    theme_id: UUID
    forum_id: UUID
    area: AreaCode


class ConcernSeparated(Event, service="forum", aggregate="concern", verb="separated", audience=INSIDE_FORUMS):
    """A concern is dealt with by itself again. Rule F15."""

    concern_id: UUID
    theme_id: UUID
    forum_id: UUID
    area: AreaCode
