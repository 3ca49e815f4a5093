"""Answer shapes of stored advisories."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.advisories.rules import About


class AdvisoryFilter(StrEnum):
    """Which advisories a list can be asked for."""

    OPEN = "open"
    CLEARED = "cleared"


class StoredAdvisoryView(View):
    """An advisory with its time: `cleared_at` is null as long as its cause is there."""

    id: UUID
    forum_id: UUID
    area: AreaCode
    about: About
    about_id: UUID
    code: str
    text: str
    rule: str
    raised_at: AwareDatetime
    cleared_at: AwareDatetime | None
    note: str | None
    acknowledged_by: str | None
    acknowledged_at: AwareDatetime | None
    version: int


class AdvisoryAcknowledge(StrictModel):
    """What those who manage the forum mean to do about it, or why not."""

    note: Annotated[str, Field(min_length=1, max_length=4000)]
