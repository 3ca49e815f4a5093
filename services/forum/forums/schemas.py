"""Request and answer shapes of forums."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from beatbook.contracts.areas import AreaCode, Tier
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
    template: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="What it begins with: a code of GET /v1/forum-templates"
    )
    interval_days: IntervalDays | None = Field(default=None, description="The template's when not given, else 90")
    triage_days: TriageDays | None = Field(default=None, description="The template's when not given, else 14")
    notice_days: NoticeDays | None = Field(default=None, description="The template's when not given, else 7")
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
    """A new version of the written rules; without a text, the proposal as it stands."""

    text: Annotated[str, Field(min_length=1, max_length=100_000)] | None = None
    adopted_on: Day


class RulesProposalView(View):
    """Rules of procedure that the template proposed, until the forum adopts some."""

    forum_id: UUID
    text: str
    proposed_at: datetime


class FirstTopicView(View):
    """Something a first meeting may speak about."""

    title: str
    sensitive: bool
    personal_safety: bool


class TemplateView(View):
    """What a forum of a tier and kind may begin with."""

    code: str
    tier: Tier
    kind: ForumKind
    interval_days: int
    triage_days: int
    notice_days: int
    rrule: str
    duration_minutes: int
    purposes: list[str]
    sectors: list[str]
    topics: list[FirstTopicView]
    rules_text: str


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
    template: str | None
    rules_version: int
    advisories: list[Advisory]
    created_at: datetime
    version: int
