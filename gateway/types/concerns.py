"""Concerns in the schema: their public face. Rule F14."""

from datetime import date
from enum import StrEnum
from typing import Any

import strawberry
from strawberry.types.lazy_type import LazyType

from gateway.clients.concerns import ConcernRecord
from gateway.clients.forum import AreaRecord, ForumRecord
from gateway.context import Info
from gateway.types.nodes import Entity

AREA: Any = LazyType("Area", "gateway.types.area") | None
FORUM: Any = LazyType("Forum", "gateway.types.forum") | None
"""Areas and forums by name: they lead here, and from here back."""


@strawberry.enum
class ConcernState(StrEnum):
    """The states a list of concerns can be asked for.

    Waiting is raised or escalated; overdue is waiting past the days that the forum agreed on.
    """

    WAITING = "waiting"
    OVERDUE = "overdue"
    RAISED = "raised"
    ANSWERED = "answered"
    REFERRED = "referred"
    CASE_OPENED = "case_opened"
    ESCALATED = "escalated"
    OUT_OF_REMIT = "out_of_remit"


@strawberry.type
class Concern(Entity, record=ConcernRecord, loader="concern"):
    """What somebody brought before a forum, in the forum's summary: the words themselves stay with the forum."""

    category: str
    summary: str | None = strawberry.field(description="The forum's words; null while there is no summary.")
    state: str
    case_bucket: str | None = strawberry.field(description="All that is told of a problem-solving case (Rule C12a).")
    overdue: bool
    raised_on: date
    ended_on: date | None
    version: int

    @strawberry.field(graphql_type=FORUM)  # type: ignore[untyped-decorator]
    @staticmethod
    async def forum(concern: strawberry.Parent[ConcernRecord], info: Info) -> ForumRecord:
        """The forum that has it."""
        return await info.context.loaders.forum.load(str(concern.forum_id))

    @strawberry.field(graphql_type=AREA)  # type: ignore[untyped-decorator]
    @staticmethod
    async def area(concern: strawberry.Parent[ConcernRecord], info: Info) -> AreaRecord:
        """The area where it was raised."""
        return await info.context.loaders.area.load(concern.area)
