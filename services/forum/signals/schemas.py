"""Request and answer shapes of warning signals and of a country's police ranks."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.signals.rules import SignalCode

Rank = Annotated[str, Field(min_length=1, max_length=100)]


class SignalFilter(StrEnum):
    """Which signals a list can be asked for."""

    STANDING = "standing"
    CLEARED = "cleared"


class SignalAcknowledge(StrictModel):
    """What people found when they looked into a signal: causes, not names."""

    finding: Annotated[str, Field(min_length=1, max_length=4000)]


class SignalView(View):
    """A warning signal; `cleared_at` is null as long as its cause is there.

    `evidence` is what the rule saw at `evidence_as_of`: counts, days, ids of meetings.
    """

    id: UUID
    forum_id: UUID
    area: AreaCode
    code: SignalCode
    title: str
    evidence: dict[str, Any]
    evidence_as_of: AwareDatetime
    questions: list[str]
    raised_at: AwareDatetime
    cleared_at: AwareDatetime | None
    finding: str | None
    acknowledged_by: str | None
    acknowledged_at: AwareDatetime | None
    version: int


class SignalCount(View):
    """How many signals of a code stand in an area."""

    area: AreaCode
    code: SignalCode
    signals: int


class RankScaleIn(StrictModel):
    """A country's police ranks, the lowest first."""

    ranks: list[Rank] = Field(max_length=100)

    @model_validator(mode="after")
    def _each_once(self) -> "RankScaleIn":
        if len({rank.casefold() for rank in self.ranks}) < len(self.ranks):
            raise ValueError("a rank stands twice; give each one place")
        return self


class RankScaleView(View):
    """A country's police ranks, the lowest first; empty as long as nobody ordered them."""

    country: AreaCode
    ranks: list[str]
    version: int
