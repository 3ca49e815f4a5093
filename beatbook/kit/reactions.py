"""What a service does about its own events before the command that emitted them commits. Decision 0021.

A feature's command knows nothing of the features above it; what they have to keep right in the same transaction is
named in the service's wiring, event class by event class.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from beatbook.contracts.actor import Actor
from beatbook.contracts.envelope import Event


@dataclass(frozen=True)
class Fact:
    """An event with what its envelope will say: the aggregate it is about, and the area it happened in."""

    event: Event
    subject: UUID
    area: str


Reaction = Callable[[AsyncSession, Actor, datetime, Sequence[Fact]], Awaitable[None]]
"""Is called once, with the facts of its classes in the order in which the command emitted them."""


async def react(
    session: AsyncSession, reactions: Mapping[type[Event], Sequence[Reaction]], actor: Actor, now: datetime
) -> None:  # fmt: skip
    """Run what the session's events call for, in its transaction; what a reaction emits calls for nothing more."""
    called: dict[Reaction, list[Fact]] = {}
    for fact in session.info.pop("facts", []):
        for reaction in reactions.get(type(fact.event), ()):
            called.setdefault(reaction, []).append(fact)
    if called:
        await session.flush()
    for reaction, facts in called.items():
        await reaction(session, actor, now, facts)
