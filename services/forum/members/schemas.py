"""Request and answer shapes of seats."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day, Text200
from services.forum.members.rules import SeatKind, SeatRole, Sector

Sex = Literal["female", "male", "other"]
AgeBand = Literal["0-11", "12-17", "18-29", "30-59", "60+"]
Group = Annotated[str, Field(min_length=1, max_length=100)]


class Term(StrictModel):
    """From when to when a seat is taken; without an end until one is set."""

    term_start: Day
    term_end: Day | None = None

    @model_validator(mode="after")
    def _term_in_order(self) -> "Term":
        if self.term_end is not None and self.term_end < self.term_start:
            raise ValueError("term_end lies before term_start")
        return self


class MemberCreate(Term):
    """A seat to be taken by a person or a body.

    A body names its `organisation`. A minority group comes only from the person's own statement, with its day.
    """

    kind: SeatKind = SeatKind.PERSON
    name: Text200
    organisation: Text200 | None = None
    sector: Sector
    role: SeatRole = SeatRole.MEMBER
    sex: Sex | None = None
    age_band: AgeBand | None = None
    minority_group: Group | None = None
    minority_stated_on: Day | None = None


class MemberRenew(Term):
    """A new term for whoever holds the seat; without `role`, the same as before."""

    role: SeatRole | None = None


class MemberPatch(StrictModel):
    """What may change of a seat. Its sector never does: another sector is another seat."""

    role: SeatRole | None = None
    term_end: Day | None = None
    organisation: Text200 | None = None
    sex: Sex | None = None
    age_band: AgeBand | None = None
    minority_group: Group | None = None
    minority_stated_on: Day | None = None


class MemberView(View):
    """A seat as those inside the forum see it; `role` is that of the day asked for."""

    id: UUID
    forum_id: UUID
    kind: SeatKind
    name: str
    organisation: str | None
    sector: Sector
    role: SeatRole
    sex: str | None
    age_band: str | None
    minority_group: str | None
    minority_stated_on: date | None
    term_start: date
    term_end: date | None
    renews: UUID | None
    police_chair_overdue: bool
    version: int
