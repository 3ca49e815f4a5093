"""Answer shapes of case files."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import View
from services.cases.files.rules import Kind


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
