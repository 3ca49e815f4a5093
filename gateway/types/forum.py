"""Forums, meetings, minutes and decisions in the schema."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import strawberry
from strawberry import relay
from strawberry.types.lazy_type import LazyType

from gateway.clients.forum import AreaRecord, DecisionRecord, ForumRecord, MeetingRecord, MinutesRecord
from gateway.connections import at_start, connection
from gateway.context import Info
from gateway.types.concerns import Concern, ConcernState
from gateway.types.nodes import Entity
from gateway.types.outreach import Consultation
from gateway.types.representation import Representation
from gateway.types.signals import WarningSignal

AREA: Any = LazyType("Area", "gateway.types.area") | None
"""The area type, by name: areas lead to forums and forums back to areas."""


@strawberry.enum
class DecisionState(StrEnum):
    """The states a list of decisions can be asked for; overdue is open and past its due date."""

    OPEN = "open"
    OVERDUE = "overdue"
    DELIVERED = "delivered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@strawberry.type
class Advisory:
    """A reminder that local people may act on or not: the software never decides."""

    code: str
    text: str
    rule: str


@strawberry.type
class Delivery:
    """How public decisions were delivered, as counts; rates are per decision due, from 0 to 1 (Rule F13)."""

    decided: int
    open: int
    overdue: int
    delivered_on_time: int
    delivered_late: int
    delivered_undated: int
    declined: int
    withdrawn: int
    due: int = strawberry.field(description="Past their date or delivered; withdrawn and undated ones are not due.")
    delivery_rate: float | None = strawberry.field(description="Delivered, on time or late; null when none is due.")
    on_time_rate: float | None = strawberry.field(description="Delivered by the due date; null when none is due.")


@strawberry.type
class Forum(Entity, record=ForumRecord, loader="forum"):
    """A forum: a community advisory board, safety council or other (Rule F1)."""

    kind: str
    name: str
    interval_days: int | None = strawberry.field(description="Days within which the forum agreed to meet again.")
    triage_days: int | None = strawberry.field(
        description="Days within which it agreed to triage a concern (Rule F14)."
    )
    notice_days: int | None = strawberry.field(description="Days ahead of a meeting by which it is to be announced.")
    time_zone: str = strawberry.field(description="Its IANA time zone.")
    languages: list[str] = strawberry.field(description="ISO 639 codes.")
    rules_version: int = strawberry.field(
        description="Number of its written rules of procedure; 0: none yet (Rule F4)."
    )
    advisories: list[Advisory] = strawberry.field(
        description="What to think over, such as a police chair past its term (Rule F3)."
    )

    @strawberry.field(graphql_type=AREA)  # type: ignore[untyped-decorator]
    @staticmethod
    async def area(forum: strawberry.Parent[ForumRecord], info: Info) -> AreaRecord:
        """The area it works for."""
        return await info.context.loaders.area.load(forum.area)

    @strawberry.field
    @staticmethod
    async def representation(forum: strawberry.Parent[ForumRecord], info: Info) -> Representation | None:
        """Who sits in it and who comes, against who lives there (Rules F5, K8)."""
        return await info.context.services.forum.representation(str(forum.id))  # type: ignore[return-value]

    @strawberry.field
    @staticmethod
    async def reports_to(forum: strawberry.Parent[ForumRecord], info: Info) -> "Forum | None":
        """The general forum that takes up its results (Rule F6)."""
        if forum.reports_to is None:
            return None
        return await info.context.loaders.forum.load(str(forum.reports_to))  # type: ignore[return-value]  # record

    @strawberry.field
    @staticmethod
    async def delivery(forum: strawberry.Parent[ForumRecord], info: Info) -> Delivery | None:
        """How its decisions were delivered: on time, late, not yet."""
        return await info.context.services.forum.delivery(str(forum.id))  # type: ignore[return-value]  # record

    @strawberry.field
    @staticmethod
    async def meetings(
        forum: strawberry.Parent[ForumRecord], info: Info, first: int = 10, after: str | None = None
    ) -> "relay.Connection[Meeting] | None":
        """Its meetings, newest first."""
        client = info.context.services.forum
        return await connection(
            lambda page, limit: client.meetings(forum=str(forum.id), after=page, limit=limit), first, after
        )

    @strawberry.field
    @staticmethod
    async def consultations(
        forum: strawberry.Parent[ForumRecord], info: Info, first: int = 10, after: str | None = None
    ) -> relay.Connection[Consultation] | None:
        """Consultations outside meetings that the caller may know of, newest first (Rule F21)."""
        if after is None:
            return at_start(await info.context.loaders.consultations_of.load(str(forum.id)), first)
        client = info.context.services.forum
        return await connection(
            lambda page, limit: client.consultations(forum=str(forum.id), after=page, limit=limit), first, after
        )

    @strawberry.field
    @staticmethod
    async def signals(forum: strawberry.Parent[ForumRecord], info: Info) -> list[WarningSignal] | None:
        """Warning signals that stand, newest first; empty for who is not inside (Rule F17)."""
        here = await info.context.loaders.signals_here.load(forum.area)
        return [signal for signal in here if signal.forum_id == forum.id]  # type: ignore[misc]  # records

    @strawberry.field
    @staticmethod
    async def concerns(
        forum: strawberry.Parent[ForumRecord],
        info: Info,
        first: int = 10,
        after: str | None = None,
        state: ConcernState | None = None,
    ) -> relay.Connection[Concern] | None:
        """Concerns it has, or that were raised in it: published ones, and from inside all, newest first (Rule F14)."""
        client = info.context.services.forum
        return await connection(
            lambda page, limit: client.concerns(forum=str(forum.id), state=state, after=page, limit=limit), first, after
        )


@strawberry.type
class Topic:
    """Something to be spoken about; `sensitive` marks what divides or hurts people, `personalSafety` their safety."""

    title: str
    sensitive: bool
    personal_safety: bool


@strawberry.type
class Emergency:
    """Why a meeting was called at short notice: the critical incident by id or code (Rule F8)."""

    critical_incident: str
    reason: str


@strawberry.type
class Meeting(Entity, record=MeetingRecord, loader="meeting"):
    """A meeting; a closed one is seen from inside only (Rules F7, F20)."""

    purpose: str
    topics: list[Topic]
    place: str | None
    languages: list[str]
    interpreters: list[str]
    starts_at: datetime
    duration_minutes: int
    held_at: datetime | None
    state: str
    state_reason: str | None
    public: bool
    emergency: Emergency | None
    members_present: int | None
    public_present: int | None
    advisories: list[Advisory]
    version: int

    @strawberry.field
    @staticmethod
    async def forum(meeting: strawberry.Parent[MeetingRecord], info: Info) -> Forum | None:
        """The forum that meets."""
        return await info.context.loaders.forum.load(str(meeting.forum_id))  # type: ignore[return-value]  # record

    @strawberry.field(graphql_type=AREA)  # type: ignore[untyped-decorator]
    @staticmethod
    async def area(meeting: strawberry.Parent[MeetingRecord], info: Info) -> AreaRecord:
        """The area of its forum."""
        return await info.context.loaders.area.load(meeting.area)


@strawberry.type
class MinutesItem:
    """One item of minutes."""

    heading: str
    text: str
    closed: bool


@strawberry.type
class Minutes(Entity, record=MinutesRecord, loader="minutes"):
    """The minutes of a meeting; published ones never change (Rule F11)."""

    held_at: datetime
    state: str
    items: list[MinutesItem]
    published: int = strawberry.field(description="Number of the newest published version; 0: none yet.")
    sha256: str | None = strawberry.field(description="Hash of that version's canonical JSON.")

    @strawberry.field
    @staticmethod
    def meeting_id(minutes: strawberry.Parent[MinutesRecord]) -> relay.GlobalID:
        """The id of the meeting they tell of, without asking for the meeting."""
        return relay.GlobalID(Meeting.__name__, str(minutes.meeting_id))

    @strawberry.field
    @staticmethod
    async def meeting(minutes: strawberry.Parent[MinutesRecord], info: Info) -> Meeting | None:
        """The meeting they tell of."""
        return await info.context.loaders.meeting.load(str(minutes.meeting_id))  # type: ignore[return-value]  # record

    @strawberry.field
    @staticmethod
    async def forum(minutes: strawberry.Parent[MinutesRecord], info: Info) -> Forum | None:
        """The forum that met."""
        return await info.context.loaders.forum.load(str(minutes.forum_id))  # type: ignore[return-value]  # record


@strawberry.type
class Decision(Entity, record=DecisionRecord, loader="decision"):
    """What a meeting decided or asked for, and what became of it (Rules F12, F13)."""

    agenda_item: str | None
    text: str
    kind: str
    owner: str = strawberry.field(description="The organisation that owns it, no person.")
    owner_sector: str | None = strawberry.field(description="The sector that organisation belongs to.")
    decided_on: date | None = strawberry.field(description="The day of the meeting that decided.")
    due_on: date | None
    state: str
    overdue: bool
    recorded_at: datetime | None
    closed_at: datetime | None
    evidence: str | None
    reason: str | None
    alternative: str | None
    on_time: bool | None
    advisories: list[Advisory]
    version: int

    @strawberry.field
    @staticmethod
    async def forum(decision: strawberry.Parent[DecisionRecord], info: Info) -> Forum | None:
        """The forum that decided."""
        return await info.context.loaders.forum.load(str(decision.forum_id))  # type: ignore[return-value]  # record

    @strawberry.field
    @staticmethod
    async def meeting(decision: strawberry.Parent[DecisionRecord], info: Info) -> Meeting | None:
        """The meeting that decided."""
        return await info.context.loaders.meeting.load(str(decision.meeting_id))  # type: ignore[return-value]  # record

    @strawberry.field(graphql_type=AREA)  # type: ignore[untyped-decorator]
    @staticmethod
    async def area(decision: strawberry.Parent[DecisionRecord], info: Info) -> AreaRecord:
        """The area it is for."""
        return await info.context.loaders.area.load(decision.area)
