"""The cases service: problem-solving cases, as far as the caller may see them."""

from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from gateway.clients.upstream import Listed, Record, Upstream


class ProblemRecord(Record):
    """A problem-solving case in one of its four phases. Rule C4."""

    id: UUID
    area: str
    title: str
    category: str | None = None
    phase: str
    opened_at: datetime


_PROBLEM = TypeAdapter(ProblemRecord)
_PROBLEMS = TypeAdapter(Listed[ProblemRecord])


class CasesClient:
    """The cases service for one caller."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def problem(self, problem_id: str) -> ProblemRecord:
        """One problem."""
        return await self._upstream.read(_PROBLEM, f"/problems/{problem_id}")

    async def problems(self, **params: str | int | None) -> Listed[ProblemRecord]:
        """A page of problems."""
        return await self._upstream.read(_PROBLEMS, "/problems", params)
