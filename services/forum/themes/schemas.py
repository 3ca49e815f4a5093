"""Request and answer shapes of themes."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Text200
from services.forum.concerns.rules import Category
from services.forum.concerns.schemas import ConcernView

MOST_JOINED = 50


def _each_once(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) != len(ids):
        raise ValueError("name each concern once")
    return ids


class ThemeCreate(StrictModel):
    """Concerns to be dealt with together."""

    title: Text200
    concern_ids: Annotated[list[UUID], Field(min_length=2, max_length=MOST_JOINED), AfterValidator(_each_once)]


class Separation(StrictModel):
    """Concerns that are to be dealt with by themselves again."""

    concern_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_JOINED), AfterValidator(_each_once)]


class SimilarView(View):
    """A concern like another, and how alike (0 to 1)."""

    likeness: float
    concern: ConcernView


class GroupView(View):
    """Like concerns of several areas, offered to be joined."""

    category: Category
    areas: list[AreaCode]
    concerns: list[ConcernView]


class ThemeView(View):
    """A theme and the concerns under it."""

    id: UUID
    forum_id: UUID
    area: AreaCode
    title: str
    joined_at: AwareDatetime
    version: int
    concern_ids: list[UUID]
