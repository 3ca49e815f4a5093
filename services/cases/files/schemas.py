"""Answer shapes of case files, and the fields that requests about every kind of case have."""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import View
from services.cases.files.rules import Kind

Line = Annotated[str, Field(min_length=1, max_length=200)]
Passage = Annotated[str, Field(min_length=1, max_length=5000)]
Subject = Annotated[str, Field(min_length=1, max_length=200, description="The subject of a token, never a name")]
Moment = Annotated[AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2199, 12, 31, tzinfo=UTC))]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]


class FileView(View):
    """A case as its file has it; `hold` is the code of a legal hold."""

    id: UUID
    kind: Kind
    area: AreaCode
    supervisor: str | None
    team: list[str]
    opened_at: datetime
    closed_at: datetime | None
    hold: str | None
    keep_until: date | None
    expunged_at: datetime | None


class TrailEntryView(View):
    """What was done with a case: when, by the subject of which token, with which ids, codes and counts."""

    number: int
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]
