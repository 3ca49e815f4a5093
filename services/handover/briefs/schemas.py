"""The shapes of a brief: what is frozen, and what is answered. Rule H8."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from beatbook.contracts.areas import AreaCode, Tier
from beatbook.kit.web import StrictModel, View
from services.handover.briefs.rules import Trend

FORMAT = "beatbook.brief.v1"


class BriefCreate(StrictModel):
    """A brief to be composed."""

    model_config = ConfigDict(json_schema_extra={"example": {"area": "XK.PRI"}})

    area: AreaCode
    assignment_id: UUID | None = Field(default=None, description="The assignment it is for, in the same area")


class AreaFacts(View):
    """The area that the brief is about."""

    code: AreaCode
    name: str
    tier: Tier
    population: int | None
    areas_below: int


class MinutesRef(View):
    """Where the newest published minutes of a forum are."""

    minutes_id: UUID
    number: int
    held_at: datetime
    sha256: str
    link: str


class ForumFacts(View):
    """A forum and how it meets."""

    forum_id: UUID
    area: AreaCode
    kind: str
    name: str
    founded_at: datetime
    meetings_held: int
    last_held_at: datetime | None
    members_present: int | None
    public_present: int | None
    next_meeting_at: datetime | None
    last_minutes: MinutesRef | None
    open_decisions: int
    overdue_decisions: int
    link: str


class ForumsSection(View):
    """Forums of the area and below it."""

    total: int
    meetings_held: int
    last_held_at: datetime | None
    minutes_published: int
    forums: list[ForumFacts]


class PromiseFacts(View):
    """An open decision: what it says is at the link. Rule H6."""

    decision_id: UUID
    area: AreaCode
    forum: str | None
    kind: str
    owner: str | None
    due_on: date | None
    age_days: int | None
    overdue: bool
    link: str


class PromisesSection(View):
    """Open decisions of the area and below it, overdue and oldest first."""

    open: int
    overdue: int
    delivered: int
    delivered_with_due_date: int
    delivered_on_time: int
    decisions: list[PromiseFacts]


class StandingSignal(View):
    """A warning signal of a forum as its events tell of it; `forum` is null while its founding has not come."""

    code: str
    area: AreaCode
    forum_id: UUID
    forum: str | None
    raised_at: datetime
    link: str


class WarningSignal(View):
    """Something to look into first; behind the link is what a forum's signal was seen in, and what to ask."""

    code: str
    rule: str
    area: AreaCode
    forum_id: UUID | None
    text: str
    link: str | None = None


class MonthCount(View):
    """A count in a month."""

    month: date
    incidents: int


class PhaseCount(View):
    """How many problem-solving cases are in a phase."""

    phase: str
    problems: int


class ProblemsSection(View):
    """Problem-solving cases as counts, and incidents by month: no case, and nobody in one. Rules C13, C14."""

    by_phase: list[PhaseCount]
    longest_open_days: int | None
    incidents_by_month: list[MonthCount]


class IndicatorSeries(View):
    """An indicator of the area by month, oldest first; null where there is nothing to divide by, or no figure."""

    indicator: str
    months: list[date]
    values: list[float | None]
    trend: Trend


class BriefContent(View):
    """What a brief says, frozen as canonical JSON."""

    format: str = FORMAT
    language: str = "en"
    number: int
    as_of: datetime
    assignment_id: UUID | None
    read_up_to: dict[str, int] = Field(description="The last position read of each service's log")
    area: AreaFacts
    situation: list[str]
    forums_and_minutes: ForumsSection
    promises: PromisesSection
    warning_signals: list[WarningSignal]
    problems: ProblemsSection
    indicators_with_trend: list[IndicatorSeries]


class BriefSummary(View):
    """A brief in a list."""

    id: UUID
    area: AreaCode
    number: int
    assignment_id: UUID | None
    as_of: datetime
    sha256: str


class BriefView(BriefSummary):
    """A brief; `sha256` is the hash of the canonical JSON (RFC 8785) of `content`."""

    content: dict[str, Any]
