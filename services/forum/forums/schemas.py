"""Request and answer shapes of forums."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day
from services.forum.forums.rules import ForumKind

Name = Annotated[str, Field(min_length=1, max_length=200)]
IntervalDays = Annotated[int, Field(ge=1, le=400, description="Days within which the forum agreed to meet again")]


class ForumCreate(StrictModel):
    """A forum to be founded."""

    area: AreaCode
    kind: ForumKind
    name: Name
    interval_days: IntervalDays = 90


class ForumPatch(StrictModel):
    """What may change of a forum."""

    name: Name | None = None
    interval_days: IntervalDays | None = None


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
    rules_version: int
    advisories: list[Advisory]
    created_at: datetime
    version: int
