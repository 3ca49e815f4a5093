"""Request shapes of triage."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from beatbook.kit.web import StrictModel
from services.forum.areas.schemas import Text200
from services.forum.concerns.rules import CaseBucket

PublicWords = Annotated[str, Field(min_length=1, max_length=4000, description="What who raised it will read")]


class Triage(StrictModel):
    """What the forum does about a concern."""

    outcome: Literal["answered", "referred", "case_opened", "out_of_remit"]
    words: PublicWords | None = None
    organisation: Text200 | None = None
    alternative: Text200 | None = None


class Escalation(StrictModel):
    """Why a concern goes one tier up, and to which forum there; the general one when none is named."""

    words: PublicWords
    to_forum_id: UUID | None = None


class CaseProgress(StrictModel):
    """How far the case is, as a bucket only. Rule C12a."""

    bucket: CaseBucket
    words: PublicWords | None = None
