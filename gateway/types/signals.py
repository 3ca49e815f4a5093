"""Warning signals in the schema. Rule F17."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.types.lazy_type import LazyType

from gateway.clients.forum import AreaRecord, ForumRecord
from gateway.clients.signals import SignalRecord
from gateway.context import Info
from gateway.types.nodes import Entity
from gateway.types.scalars import Evidence

AREA: Any = LazyType("Area", "gateway.types.area") | None
FORUM: Any = LazyType("Forum", "gateway.types.forum") | None
"""Areas and forums by name: they lead here, and from here back."""


@strawberry.type
class WarningSignal(Entity, record=SignalRecord, loader="signal"):
    """Something in a forum's history that people should look into; it clears by itself when its cause has gone."""

    code: str
    title: str
    evidence: Evidence
    evidence_as_of: datetime
    questions: list[str] = strawberry.field(description="Questions to explore; the software never decides.")
    raised_at: datetime
    cleared_at: datetime | None = strawberry.field(description="Null as long as it stands.")
    finding: str | None = strawberry.field(description="What people found when they looked into it.")
    acknowledged_at: datetime | None
    version: int

    @strawberry.field(graphql_type=FORUM)  # type: ignore[untyped-decorator]
    @staticmethod
    async def forum(signal: strawberry.Parent[SignalRecord], info: Info) -> ForumRecord:
        """The forum whose history shows it."""
        return await info.context.loaders.forum.load(str(signal.forum_id))

    @strawberry.field(graphql_type=AREA)  # type: ignore[untyped-decorator]
    @staticmethod
    async def area(signal: strawberry.Parent[SignalRecord], info: Info) -> AreaRecord:
        """The area of its forum."""
        return await info.context.loaders.area.load(signal.area)
