"""What a service is made of; each services/<name>/app.py holds one of these."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import APIRouter
from sqlalchemy import MetaData

from beatbook.contracts.envelope import Event
from beatbook.kit.consumers import Consumer
from beatbook.kit.reactions import Reaction
from beatbook.kit.settings import ServiceSettings
from beatbook.kit.timers import Timer, WorkerContext


@dataclass(frozen=True)
class Service:
    """One deployable with a database of its own."""

    name: str
    title: str
    routers: Sequence[APIRouter]
    events: Sequence[type[Event]]
    """What it publishes."""
    metadata: MetaData
    migrations: Path
    settings: type[ServiceSettings] = ServiceSettings
    reactions: Mapping[type[Event], Sequence[Reaction]] = field(default_factory=dict)
    """What it does about its own events, in the transaction of the command that emitted them."""
    consumers: Sequence[Consumer] = ()
    timers: Sequence[Timer] = ()
    projections: Sequence[str] = ()
    """Tables that are made of other services' events alone, and can be thrown away and rebuilt. Rule K12."""
    signals: Sequence[str] = ()
    """Tables where handlers leave work for timers, such as what to publish; a rebuild adds to them, each row once."""
    background: Sequence[Callable[[WorkerContext], Awaitable[None]]] = ()
    """Work of the worker role that runs all the time, such as deliveries."""
    resources: Callable[[ServiceSettings], AbstractAsyncContextManager[object]] | None = None
    """Something of the service's own that lives as long as its process: found at `app.state.resources`."""

    @property
    def sources(self) -> list[str]:
        """The services whose events it reads."""
        return sorted({consumer.source for consumer in self.consumers})
