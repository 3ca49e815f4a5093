"""Answer shapes of the concerns that a case stands for."""

from uuid import UUID

from pydantic import AwareDatetime

from beatbook.kit.web import View
from services.cases.links.rules import Bucket


class ConcernLinkView(View):
    """A concern that a case stands for, and what its forum was told."""

    concern_id: UUID
    bucket: Bucket
    linked_at: AwareDatetime
    linked_by: str
