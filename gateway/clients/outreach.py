"""What the forum service says of initiatives and consultations outside meetings."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from gateway.clients.upstream import Record


class PartnerRecord(Record):
    """An organisation that takes part."""

    name: str
    sector: str


class InitiativeRecord(Record):
    """A community initiative that the caller may know of."""

    id: UUID
    forum_id: UUID
    area: str
    kind: str
    watch_scheme: bool = False
    name: str
    aim: str
    state: str
    state_reason: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    started_on: date | None = None
    ended_on: date | None = None
    partners: list[PartnerRecord] = Field(default_factory=list)
    written_rules: str | None = None
    supervisor_role: str | None = None
    reached: int | None = None
    outcome: str | None = None
    result: str | None = None


class AskedRecord(Record):
    """A group that was asked."""

    group: str | None = None
    minority_group: str | None = None
    people: int | None = None


class ConsultationRecord(Record):
    """A consultation that the caller may know of."""

    id: UUID
    forum_id: UUID
    area: str
    topic: str
    how: str
    held_on: date | None = None
    organisation: str
    role: str
    asked: list[AskedRecord] = Field(default_factory=list)
    people: int | None = None
    concerns: int = 0
    state: str
    summary: str | None = None
    published_at: datetime | None = None
