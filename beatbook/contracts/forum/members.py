"""What seats publish: codes only, no person."""

from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import INSIDE_FORUMS, Event


class MemberSeated(Event, service="forum", aggregate="forum", verb="member_seated", audience=INSIDE_FORUMS):
    """A seat was taken: codes only, no person. Rule F2."""

    forum_id: UUID
    member_id: UUID
    area: AreaCode
    sector: str
    role: str
