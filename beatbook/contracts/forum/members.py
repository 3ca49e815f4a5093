"""What seats publish: codes only, no person."""

from datetime import date
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import INSIDE_FORUMS, Event


class MemberSeated(Event, service="forum", aggregate="forum", verb="member_seated", audience=INSIDE_FORUMS):
    """A seat was taken: codes only, no person. Rule F2.

    `kind` is `person` or `body`; `renews` is the seat of the term before, when the same holder sits again.
    """

    forum_id: UUID
    member_id: UUID
    area: AreaCode
    sector: str
    role: str
    kind: str = "person"
    term_start: date | None = None
    term_end: date | None = None
    renews: UUID | None = None


class MemberChanged(Event, service="forum", aggregate="forum", verb="member_changed", audience=INSIDE_FORUMS):
    """A seat's role, description or end of term changed: how it stands now. Rules F2, F3."""

    forum_id: UUID
    member_id: UUID
    area: AreaCode
    sector: str
    role: str
    term_start: date
    term_end: date | None


class MemberTermEnded(Event, service="forum", aggregate="forum", verb="member_term_ended", audience=INSIDE_FORUMS):
    """A seat was given up, or its end recorded; a term that runs out by its date has no event of its own. Rule F2."""

    forum_id: UUID
    member_id: UUID
    area: AreaCode
    sector: str
    role: str
    ended_on: date
