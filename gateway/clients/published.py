"""What the forum service says of things published: versions of minutes, corrections, how decisions were delivered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from gateway.clients.upstream import Record


class MinutesVersionRecord(Record):
    """One published version of minutes: its content as it was hashed."""

    minutes_id: UUID
    number: int
    sha256: str
    published_at: datetime
    content: dict[str, Any]


class PublicationRecord(Record):
    """That a version of minutes was published."""

    minutes_id: UUID
    forum_id: UUID
    area: str
    held_at: datetime
    number: int
    sha256: str
    published_at: datetime
    reason: str | None = None
    headings: list[str] = Field(default_factory=list)


class CorrectionTextRecord(Record):
    """A notice in one language."""

    title: str
    claim: str
    facts: str


class SourceRecord(Record):
    """Where a notice's facts can be looked up."""

    title: str
    url: str


class CorrectionRecord(Record):
    """A public notice that corrects a rumour; of a withdrawn one the words are gone."""

    id: UUID
    forum_id: UUID
    area: str
    state: str
    about: str
    about_id: UUID | None = None
    texts: dict[str, CorrectionTextRecord] = Field(default_factory=dict)
    sources: list[SourceRecord] = Field(default_factory=list)
    published: int = 0
    revision_reason: str | None = None
    first_published_at: datetime | None = None
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_reason: str | None = None


class DeliveryRecord(Record):
    """How a forum's public decisions were delivered; rates are 0 to 1, None when nothing was due."""

    decided: int = 0
    open: int = 0
    overdue: int = 0
    delivered_on_time: int = 0
    delivered_late: int = 0
    delivered_undated: int = 0
    declined: int = 0
    withdrawn: int = 0
    due: int = 0
    delivery_rate: float | None = None
    on_time_rate: float | None = None
