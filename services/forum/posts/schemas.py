"""Request and answer shapes of posts."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day, Text200
from services.forum.forums.schemas import Advisory
from services.forum.posts.rules import PostKind

Reference = Annotated[str, Field(min_length=1, max_length=100, description="Service number, or the team's name")]


class PostCreate(StrictModel):
    """An officer or a team to be assigned."""

    kind: PostKind
    reference: Reference
    officer_name: Text200 | None = None
    starts_on: Day
    ends_on: Day | None = None


class PostPatch(StrictModel):
    """What may change of a post: its last day, and the name it goes by."""

    ends_on: Day | None = None
    officer_name: Text200 | None = None


class PostView(View):
    """A post, as those inside see it."""

    id: UUID
    area: AreaCode
    kind: PostKind
    reference: str
    officer_name: str | None
    starts_on: date
    ends_on: date | None
    advisories: list[Advisory]
    version: int
