"""What meetings publish; people as counts."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import INSIDE_FORUMS, Event


class MeetingPlanned(Event, service="forum", aggregate="meeting", verb="planned", audience=INSIDE_FORUMS):
    """A meeting got its date; an emergency meeting says for which critical incident, by id or code. Rules F7, F8."""

    meeting_id: UUID
    forum_id: UUID
    area: AreaCode
    starts_at: datetime
    purpose: str
    public: bool
    duration_minutes: int | None = None
    critical_incident: str | None = None


class MeetingInvited(Event, service="forum", aggregate="meeting", verb="invited", audience=INSIDE_FORUMS):
    """Members were invited to a meeting, by the ids of their seats; `added` of them for the first time. Rule F7."""

    meeting_id: UUID
    forum_id: UUID
    area: AreaCode
    member_ids: list[UUID]
    added: int


class MeetingHeld(Event, service="forum", aggregate="meeting", verb="held", audience=INSIDE_FORUMS):
    """A meeting took place; people as counts. Rules F7, F10."""

    meeting_id: UUID
    forum_id: UUID
    area: AreaCode
    held_at: datetime
    purpose: str
    public: bool
    members_present: int
    public_present: int


class MeetingCalledOff(Event, service="forum", aggregate="meeting", verb="called_off", audience=INSIDE_FORUMS):
    """A planned meeting was postponed or cancelled. Rule F7."""

    meeting_id: UUID
    forum_id: UUID
    area: AreaCode
    state: Literal["postponed", "cancelled"]


class MeetingClimateChanged(
    Event, service="forum", aggregate="meeting", verb="climate_changed", audience=INSIDE_FORUMS
):
    """The climate of a held meeting was noted afterwards, or put right; it says that, not how it felt. Rule F17."""

    meeting_id: UUID
    forum_id: UUID
    area: AreaCode
