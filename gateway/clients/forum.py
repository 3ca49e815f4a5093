"""The forum service: areas, forums, meetings, minutes, decisions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field, TypeAdapter

from beatbook.contracts.areas import Tier
from gateway.clients.concerns import ConcernCalls
from gateway.clients.meeting_parts import EmergencyRecord, TopicRecord
from gateway.clients.outreach import ConsultationRecord, InitiativeRecord
from gateway.clients.published import CorrectionRecord, DeliveryRecord, MinutesVersionRecord, PublicationRecord
from gateway.clients.representation import RepresentationRecord
from gateway.clients.signals import SignalCalls
from gateway.clients.sites import SiteCalls
from gateway.clients.upstream import Listed, Record, Upstream

CODES_PER_CALL = 100


class AreaRecord(Record):
    """An area of the register."""

    code: str
    tier: Tier
    parent: str | None = None
    name: str
    names: dict[str, str] = Field(default_factory=dict)
    external_codes: dict[str, str] = Field(default_factory=dict)
    languages: list[str] = Field(default_factory=list)
    population: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successors: list[str] = Field(default_factory=list)
    boundary: dict[str, Any] | None = None


class AdvisoryRecord(Record):
    """A reminder that local people may act on or not."""

    code: str
    text: str
    rule: str


class ForumRecord(Record):
    """A forum."""

    id: UUID
    area: str
    kind: str
    name: str
    interval_days: int | None = None
    triage_days: int | None = None
    notice_days: int | None = None
    reports_to: UUID | None = None
    rules_version: int = 0
    advisories: list[AdvisoryRecord] = Field(default_factory=list)
    time_zone: str = "UTC"
    languages: list[str] = Field(default_factory=list)
    created_at: datetime | None = None


class MeetingRecord(Record):
    """A meeting that the caller may know of."""

    id: UUID
    forum_id: UUID
    area: str
    purpose: str
    topics: list[TopicRecord] = Field(default_factory=list)
    place: str | None = None
    languages: list[str] = Field(default_factory=list)
    interpreters: list[str] = Field(default_factory=list)
    starts_at: datetime
    duration_minutes: int = 60
    held_at: datetime | None = None
    state: str
    state_reason: str | None = None
    public: bool
    emergency: EmergencyRecord | None = None
    members_present: int | None = None
    public_present: int | None = None
    advisories: list[AdvisoryRecord] = Field(default_factory=list)
    version: int = 1


class MinutesItemRecord(Record):
    """One item of minutes."""

    heading: str
    text: str = ""
    closed: bool = False
    translations: dict[str, dict[str, str]] = Field(default_factory=dict)


class MinutesRecord(Record):
    """The minutes of a meeting."""

    id: UUID
    meeting_id: UUID
    forum_id: UUID
    area: str
    held_at: datetime
    state: str
    language: str = "und"
    items: list[MinutesItemRecord] = Field(default_factory=list)
    published: int = 0
    sha256: str | None = None


class DecisionRecord(Record):
    """A decision or request, and what became of it."""

    id: UUID
    meeting_id: UUID
    forum_id: UUID
    area: str
    agenda_item: str | None = None
    text: str
    kind: str
    owner: str
    owner_sector: str | None = None
    decided_on: date | None = None
    due_on: date | None = None
    state: str
    overdue: bool = False
    recorded_at: datetime | None = None
    closed_at: datetime | None = None
    evidence: str | None = None
    reason: str | None = None
    alternative: str | None = None
    language: str = "und"
    translations: dict[str, dict[str, str]] = Field(default_factory=dict)
    on_time: bool | None = None
    advisories: list[AdvisoryRecord] = Field(default_factory=list)
    version: int = 1


_AREA = TypeAdapter(AreaRecord)
_AREAS = TypeAdapter(Listed[AreaRecord])
_FORUM = TypeAdapter(ForumRecord)
_FORUMS = TypeAdapter(Listed[ForumRecord])
_MEETING = TypeAdapter(MeetingRecord)
_MEETINGS = TypeAdapter(Listed[MeetingRecord])
_MINUTES = TypeAdapter(MinutesRecord)
_MINUTES_LIST = TypeAdapter(Listed[MinutesRecord])
_VERSIONS = TypeAdapter(Listed[MinutesVersionRecord])
_PUBLICATIONS = TypeAdapter(Listed[PublicationRecord])
_CORRECTION = TypeAdapter(CorrectionRecord)
_INITIATIVE = TypeAdapter(InitiativeRecord)
_INITIATIVES = TypeAdapter(Listed[InitiativeRecord])
_CONSULTATION = TypeAdapter(ConsultationRecord)
_CONSULTATIONS = TypeAdapter(Listed[ConsultationRecord])
_CORRECTIONS = TypeAdapter(Listed[CorrectionRecord])
_DELIVERY = TypeAdapter(DeliveryRecord)
_REPRESENTATION = TypeAdapter(RepresentationRecord)
_DECISION = TypeAdapter(DecisionRecord)
_DECISIONS = TypeAdapter(Listed[DecisionRecord])


class ForumClient(ConcernCalls, SignalCalls, SiteCalls):
    """The forum service for one caller."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def areas(
        self,
        *,
        codes: Sequence[str] | None = None,
        within: str | None = None,
        parent: str | None = None,
        tier: Tier | None = None,
        geometry: bool = False,
    ) -> list[AreaRecord]:
        """Every area that fits, page after page."""
        found: list[AreaRecord] = []
        after: str | None = None
        while True:
            page = await self._upstream.read(
                _AREAS,
                "/areas",
                {
                    "codes": ",".join(codes) if codes is not None else None,
                    "within": within,
                    "parent": parent,
                    "tier": tier,
                    "geometry": geometry or None,
                    "after": after,
                    "limit": CODES_PER_CALL,
                },
            )
            found.extend(page.items)
            after = page.next
            if after is None:
                return found

    async def area(self, code: str) -> AreaRecord:
        """One area, with its boundary."""
        return await self._upstream.read(_AREA, f"/areas/{code}")

    async def forum(self, forum_id: str) -> ForumRecord:
        """One forum."""
        return await self._upstream.read(_FORUM, f"/forums/{forum_id}")

    async def forums(self, **params: str | int | None) -> Listed[ForumRecord]:
        """A page of forums of `area` and below, or of exactly `areas`."""
        return await self._upstream.read(_FORUMS, "/forums", params)

    async def representation(self, forum_id: str) -> RepresentationRecord:
        """Who sits in a forum and who comes, against who lives there. Rule F5."""
        return await self._upstream.read(_REPRESENTATION, f"/forums/{forum_id}/representation")

    async def meeting(self, meeting_id: str) -> MeetingRecord:
        """One meeting."""
        return await self._upstream.read(_MEETING, f"/meetings/{meeting_id}")

    async def meetings(self, **params: str | int | None) -> Listed[MeetingRecord]:
        """A page of meetings, newest first."""
        return await self._upstream.read(_MEETINGS, "/meetings", params)

    async def minutes(self, minutes_id: str) -> MinutesRecord:
        """One set of minutes."""
        return await self._upstream.read(_MINUTES, f"/minutes/{minutes_id}")

    async def minutes_list(self, **params: str | int | None) -> Listed[MinutesRecord]:
        """A page of minutes, newest first."""
        return await self._upstream.read(_MINUTES_LIST, "/minutes", params)

    async def versions(self, minutes_id: str) -> list[MinutesVersionRecord]:
        """Every published version of minutes, oldest first."""
        found: list[MinutesVersionRecord] = []
        after: str | None = None
        while True:
            page = await self._upstream.read(
                _VERSIONS, f"/minutes/{minutes_id}/versions", {"after": after, "limit": CODES_PER_CALL}
            )
            found.extend(page.items)
            after = page.next
            if after is None:
                return found

    async def publications(self, **params: str | int | None) -> Listed[PublicationRecord]:
        """A page of published versions of minutes, the last published first."""
        return await self._upstream.read(_PUBLICATIONS, "/minutes-versions", params)

    async def corrections(self, **params: str | int | None) -> Listed[CorrectionRecord]:
        """A page of corrections of rumours, newest first."""
        return await self._upstream.read(_CORRECTIONS, "/corrections", params)

    async def correction(self, correction_id: str) -> CorrectionRecord:
        """One correction."""
        return await self._upstream.read(_CORRECTION, f"/corrections/{correction_id}")

    async def initiative(self, initiative_id: str) -> InitiativeRecord:
        """One initiative."""
        return await self._upstream.read(_INITIATIVE, f"/initiatives/{initiative_id}")

    async def initiatives(self, **params: str | int | None) -> Listed[InitiativeRecord]:
        """A page of initiatives, newest first."""
        return await self._upstream.read(_INITIATIVES, "/initiatives", params)

    async def consultation(self, consultation_id: str) -> ConsultationRecord:
        """One consultation."""
        return await self._upstream.read(_CONSULTATION, f"/consultations/{consultation_id}")

    async def consultations(self, **params: str | int | None) -> Listed[ConsultationRecord]:
        """A page of consultations, newest first."""
        return await self._upstream.read(_CONSULTATIONS, "/consultations", params)

    async def delivery(self, forum_id: str) -> DeliveryRecord:
        """How a forum's public decisions were delivered. Rule F13."""
        return await self._upstream.read(_DELIVERY, f"/forums/{forum_id}/delivery")

    async def decision(self, decision_id: str) -> DecisionRecord:
        """One decision."""
        return await self._upstream.read(_DECISION, f"/decisions/{decision_id}")

    async def decisions(self, **params: str | int | None) -> Listed[DecisionRecord]:
        """A page of decisions."""
        return await self._upstream.read(_DECISIONS, "/decisions", params)

    async def area_delivery(self, code: str) -> DeliveryRecord:
        """How the public decisions of an area and everything below it were delivered. Rule F13."""
        return await self._upstream.read(_DELIVERY, f"/areas/{code}/delivery")

    async def plan_meeting(self, forum_id: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> MeetingRecord:
        """Plan a meeting of a forum. Rule F7."""
        return await self._upstream.change(_MEETING, f"/forums/{forum_id}/meetings", body, headers=headers)

    async def close_decision(
        self, decision_id: str, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> DecisionRecord:
        """Close a decision. Rule F13."""
        return await self._upstream.change(_DECISION, f"/decisions/{decision_id}/close", body, headers=headers)
