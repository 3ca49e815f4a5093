"""What warning signals publish: codes and ids; evidence stays with the forum."""

from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import INSIDE_FORUMS, Event


class SignalRaised(Event, service="forum", aggregate="signal", verb="raised", audience=INSIDE_FORUMS):
    """A forum's history shows a warning signal. Rule F17."""

    signal_id: UUID
    forum_id: UUID
    area: AreaCode
    code: str


class SignalCleared(Event, service="forum", aggregate="signal", verb="cleared", audience=INSIDE_FORUMS):
    """The cause of a warning signal has gone. Rule F17."""

    signal_id: UUID
    forum_id: UUID
    area: AreaCode
    code: str
