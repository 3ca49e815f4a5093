"""Problem-solving cases in the schema."""

from datetime import datetime

import strawberry

from gateway.clients.cases import ProblemRecord
from gateway.clients.forum import AreaRecord
from gateway.context import Info
from gateway.types.forum import AREA
from gateway.types.nodes import Entity


@strawberry.type
class Problem(Entity, record=ProblemRecord, loader="problem"):
    """A problem-solving case, as far as the caller may see it (Rule C4)."""

    title: str
    category: str | None
    phase: str
    opened_at: datetime

    @strawberry.field(graphql_type=AREA)  # type: ignore[untyped-decorator]
    @staticmethod
    async def area(problem: strawberry.Parent[ProblemRecord], info: Info) -> AreaRecord:
        """Where it is."""
        return await info.context.loaders.area.load(problem.area)
