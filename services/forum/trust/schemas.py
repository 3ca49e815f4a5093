"""Request and answer shapes of trust levels."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day
from services.forum.trust.rules import TrustLevel


class TrustCreate(StrictModel):
    """A level to be noted."""

    level: TrustLevel
    measured_on: Day
    source: Annotated[str, Field(min_length=1, max_length=500, description="Where it is from, such as a survey")]


class TrustView(View):
    """A level with its day and source."""

    id: UUID
    area: AreaCode
    level: TrustLevel
    measured_on: date
    source: str
    recorded_at: AwareDatetime
