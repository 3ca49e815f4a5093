"""What one operation may still use of what all share: calls to the services, areas in lists without `first`. Rule G4.

A document is measured before it runs, by what its lists may hold; this counts what they do hold.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from beatbook.kit.errors import Refused

MAX_CALLS = 200
"""Calls to the services that one operation may make."""
AT_ONCE = 8
"""Calls that one operation has open at a time, so that it leaves connections to the others."""
MAX_AREAS = 10_000
"""Areas that the `children` of one operation may come to; a boundary weighs as much as several."""


class Allowance:
    """One operation's allowance."""

    def __init__(self) -> None:
        self._calls, self._areas = MAX_CALLS, MAX_AREAS
        self._gate = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """Make one call, once a place is free; raises `Refused` when all are used up."""
        if self._calls == 0:
            raise Refused(
                f"The query needs more than {MAX_CALLS} calls to the services: lower 'first', ask for fewer areas or"
                " split it.",
                code="too-many-calls",
                rule="G4",
            )
        self._calls -= 1
        async with self._gate:
            yield

    def take_areas(self, count: int) -> None:
        """Answer so many areas more; raises `Refused` when that is over the allowance."""
        self._areas -= count
        if self._areas < 0:
            raise Refused(
                f"The query comes to more than {MAX_AREAS} areas: ask for the children of fewer areas at once.",
                code="too-costly",
                rule="G4",
            )
