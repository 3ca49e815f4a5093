"""Request and answer shapes of assignments."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
Mandate = Annotated[str, Field(min_length=1, max_length=2000)]


class AssignmentCreate(StrictModel):
    """An advisor to be assigned to an area."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "area": "XK.PRI",
                "advisor": "advisor-17",
                "mandate": "Advise the municipal safety council and the community police unit.",
                "starts_on": "2026-01-15",
                "ends_on": "2027-01-14",
            }
        }
    )

    area: AreaCode
    advisor: Annotated[str, Field(min_length=1, max_length=200, description="The subject of the advisor's token")]
    mandate: Mandate
    starts_on: Day
    ends_on: Annotated[Day, Field(description="The last day")]
    successor_id: Annotated[UUID | None, Field(description="The successor's assignment in the same area")] = None


class AssignmentPatch(StrictModel):
    """What may change of an assignment."""

    mandate: Mandate | None = None
    ends_on: Day | None = None
    successor_id: UUID | None = None


class GapView(View):
    """An area about to be left alone. Rule H1."""

    code: str
    text: str
    rule: str


class AssignmentView(View):
    """An assignment, and the gap that its end would leave."""

    id: UUID
    area: AreaCode
    advisor: str
    mandate: str
    starts_on: date
    ends_on: date
    successor_id: UUID | None
    gap: GapView | None
    created_at: datetime
    version: int
