"""What the forum service does with others' events: of the cases service's it hears how far the case of a concern is."""

from collections.abc import Mapping

from beatbook.contracts.cases import CaseConcernMoved
from beatbook.contracts.envelope import Event
from beatbook.kit.consumers import Consumer, Handler
from services.forum.triage.cases import keep_buckets

HANDLERS: Mapping[type[Event], Handler] = {CaseConcernMoved: keep_buckets}

CONSUMERS = (Consumer(name="forum", source="cases", handlers=HANDLERS),)
