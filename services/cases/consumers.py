"""What this service does with the others' events."""

from collections.abc import Mapping

from beatbook.contracts.envelope import Event
from beatbook.contracts.forum import AreaClosed, AreaRegistered
from beatbook.kit.consumers import Consumer, Handler
from services.cases.areas.commands import close_areas, register_areas

HANDLERS: Mapping[type[Event], Handler] = {AreaRegistered: register_areas, AreaClosed: close_areas}

CONSUMERS = (Consumer(name="cases", source="forum", handlers=HANDLERS),)
