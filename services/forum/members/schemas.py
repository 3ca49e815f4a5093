"""Request and answer shapes of seats."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day
from services.forum.members.rules import SeatRole, Sector

Sex = Literal["female", "male", "other"]
AgeBand = Literal["0-11", "12-17", "18-29", "30-59", "60+"]


class MemberCreate(StrictModel):
    """A seat to be taken by a person or a body."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    sector: Sector
    role: SeatRole = SeatRole.MEMBER
    sex: Sex | None = None
    age_band: AgeBand | None = None
    minority_group: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    term_start: Day
    term_end: Day | None = None

    @model_validator(mode="after")
    def _term_in_order(self) -> "MemberCreate":
        if self.term_end is not None and self.term_end < self.term_start:
            raise ValueError("term_end lies before term_start")
        return self


class MemberPatch(StrictModel):
    """What may change of a seat: its role, and when its term ends."""

    role: SeatRole | None = None
    term_end: Day | None = None


class MemberView(View):
    """A seat as those inside the forum see it."""

    id: UUID
    forum_id: UUID
    name: str
    sector: Sector
    role: SeatRole
    sex: str | None
    age_band: str | None
    minority_group: str | None
    term_start: date
    term_end: date | None
    police_chair_overdue: bool
    version: int
