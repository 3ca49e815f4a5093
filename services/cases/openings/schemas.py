"""Request and answer shapes of openings by force."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.files.rules import Finding, Kind

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000)]


class OpeningFilter(StrEnum):
    """Which openings a list can be asked for."""

    RUNNING = "running"
    UNREVIEWED = "unreviewed"


class GlassIn(StrictModel):
    """Why the case has to be read now by somebody without a part in it."""

    reason: Words


class ReviewIn(StrictModel):
    """Whether it was justified, and why."""

    finding: Finding
    note: Words


class OpeningView(View):
    """Who opened which case, and until when; `finding` is null until it was reviewed."""

    id: UUID
    case_id: UUID
    kind: Kind
    area: AreaCode
    subject: str
    opened_at: datetime
    expires_at: datetime
    finding: Finding | None
    reviewed_at: datetime | None
    reviewed_by: str | None
    version: int


class OpeningWithReason(OpeningView):
    """An opening with its reason and the review's note; both are null when the case was expunged."""

    reason: str | None
    note: str | None
