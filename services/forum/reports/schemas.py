"""Request and answer shapes of yearly reports."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.kit.web import StrictModel, View


class ReportAdopt(StrictModel):
    """A year's report, adopted: the forum's own words before the figures, and why when it is a further version."""

    foreword: Annotated[str, Field(min_length=1, max_length=20_000)] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=2000)] | None = None


class ReportDraft(View):
    """What a year's report says as things stand, from inside: nothing is frozen."""

    forum_id: UUID
    year: int
    as_of: AwareDatetime
    figures: dict[str, Any]
    sentences: list[str]


class ReportView(View):
    """An adopted version: its public content, and the SHA-256 of that content's canonical JSON (RFC 8785)."""

    forum_id: UUID
    year: int
    number: int
    sha256: str
    adopted_at: AwareDatetime
    content: dict[str, Any]
