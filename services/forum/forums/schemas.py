"""Request and answer shapes of forums."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day
from services.forum.forums.rules import ForumKind
from services.forum.settings import ZoneName

Name = Annotated[str, Field(min_length=1, max_length=200)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", description="ISO 639 code")]
Languages = Annotated[list[Language], Field(max_length=20)]
TimeZone = Annotated[ZoneName, Field(max_length=64, description="IANA time zone")]
TriageDays = Annotated[int, Field(ge=1, le=180, description="Days within which the forum agreed to triage a concern")]
NoticeDays = Annotated[int, Field(ge=0, le=90, description="Days ahead of a meeting by which it is to be announced")]
IntervalDays = Annotated[int, Field(ge=1, le=400, description="Days within which the forum agreed to meet again")]


class ForumCreate(StrictModel):
    """A forum to be founded."""

    area: AreaCode
    kind: ForumKind
    name: Name
    interval_days: IntervalDays = 90
    triage_days: TriageDays = 14
    notice_days: NoticeDays = 7
    time_zone: TimeZone | None = Field(default=None, description="The installation's when not given")
    languages: Languages = Field(default_factory=list)
    reports_to: UUID | None = Field(default=None, description="The general forum that a special one reports into")


class ForumPatch(StrictModel):
    """What may change of a forum."""

    name: Name | None = None
    interval_days: IntervalDays | None = None
    triage_days: TriageDays | None = None
    notice_days: NoticeDays | None = None
    time_zone: TimeZone | None = None
    languages: Languages | None = None
    reports_to: UUID | None = None


class RulesOfProcedureCreate(StrictModel):
    """A new version of the written rules."""

    text: Annotated[str, Field(min_length=1, max_length=100_000)]
    adopted_on: Day


class RulesOfProcedureView(View):
    """One version of the written rules."""

    forum_id: UUID
    number: int
    text: str
    adopted_on: date


class Advisory(View):
    """A reminder that local people may act on or not: the software never decides."""

    code: str
    text: str
    rule: str


class ForumView(View):
    """A forum's public face."""

    id: UUID
    area: AreaCode
    kind: ForumKind
    name: str
    interval_days: int
    triage_days: int
    notice_days: int
    time_zone: str
    languages: list[str]
    reports_to: UUID | None
    rules_version: int
    advisories: list[Advisory]
    created_at: datetime
    version: int
