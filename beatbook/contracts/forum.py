"""What the forum service publishes: areas, forums, meetings, minutes, decisions."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from beatbook.contracts.areas import AreaCode, Tier
from beatbook.contracts.envelope import EVERYONE, INSIDE_FORUMS, Event


class AreaRegistered(Event, service="forum", aggregate="area", verb="registered", audience=EVERYONE):
    """An area entered the register, or its entry was replaced by a re-import: the whole entry as it now stands.

    `population` counts residents (None: unknown); `boundary` is a GeoJSON geometry in WGS 84. Rules A2, A3.
    """

    code: AreaCode
    tier: Tier
    names: dict[str, str]
    external_codes: dict[str, str]
    population: int | None
    boundary: dict[str, Any] | None
    valid_from: date


class AreaClosed(Event, service="forum", aggregate="area", verb="closed", audience=EVERYONE):
    """An area ceased to be valid; `successors` took its place. Rules A2a, A3."""

    code: AreaCode
    closed_on: date
    successors: list[AreaCode]


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


class MemberSeated(Event, service="forum", aggregate="forum", verb="member_seated", audience=INSIDE_FORUMS):
    """A seat was taken: codes only, no person. Rule F2."""

    forum_id: UUID
    member_id: UUID
    area: AreaCode
    sector: str
    role: str


class MeetingPlanned(Event, service="forum", aggregate="meeting", verb="planned", audience=INSIDE_FORUMS):
    """A meeting got its date. Rule F7."""

    meeting_id: UUID
    forum_id: UUID
    area: AreaCode
    starts_at: datetime
    purpose: str
    public: bool


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


class DecisionRecorded(Event, service="forum", aggregate="decision", verb="recorded", audience=INSIDE_FORUMS):
    """A meeting decided or asked for something; the words stay with the forum. Rule F12.

    `owner` is the sector of the owning organisation, a code: its name is free text and stays too.
    """

    decision_id: UUID
    meeting_id: UUID
    forum_id: UUID
    area: AreaCode
    kind: str
    owner: str | None
    due_on: date | None
    recorded_at: datetime


class DecisionClosed(Event, service="forum", aggregate="decision", verb="closed", audience=INSIDE_FORUMS):
    """A decision ended; `on_time` is None unless it was delivered against a due date. Rule F13.

    `ended_on` is the day it was done or refused, `closed_at` the moment that was recorded.
    """

    decision_id: UUID
    forum_id: UUID
    area: AreaCode
    kind: str
    outcome: Literal["delivered", "declined", "withdrawn"]
    closed_at: datetime
    due_on: date | None
    on_time: bool | None
    ended_on: date | None = None
