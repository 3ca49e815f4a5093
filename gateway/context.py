"""What a resolver has at hand: who asks, the services as this caller, and loaders that live for one operation."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import strawberry
from starlette.requests import HTTPConnection

from beatbook.contracts.actor import Actor
from beatbook.kit.auth import Keys
from beatbook.kit.broker import Broker
from beatbook.kit.clock import Clock
from gateway.allowance import Allowance
from gateway.clients.services import Network, Services
from gateway.followers import Followers
from gateway.loaders import Loaders


@dataclass(frozen=True)
class Machinery:
    """What all requests of the process share."""

    network: Network
    broker: Broker
    keys: Keys
    clock: Clock
    followers: Followers


@dataclass(frozen=True)
class Caller:
    """Who asks: the actor of the token, the token itself to be passed on, and when it ends."""

    actor: Actor
    bearer: str | None = None
    expires_at: datetime | None = None


class Context:
    """The context of one operation, or of one WebSocket until its operations get their own."""

    def __init__(self, machinery: Machinery, caller: Caller) -> None:
        self.machinery, self.caller = machinery, caller
        self.connection_params: object = None
        self.handshake: HTTPConnection | None = None
        self.renew()

    allowance: Allowance
    services: Services
    loaders: Loaders

    def renew(self) -> None:
        """Forget what was loaded and used: for the next event of a subscription."""
        self.allowance = Allowance()
        self.services = self.machinery.network.services_for(self.caller.bearer, self.allowance)
        self.loaders = Loaders(self.services, self.machinery.clock())

    def for_operation(self) -> "Context":
        """A context of its own for one operation of a long-lived connection."""
        return Context(self.machinery, self.caller)


Info: TypeAlias = strawberry.Info[Context, None]
