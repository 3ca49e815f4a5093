"""Promises to victims, as ids, codes and dates (Rule C13)."""

from datetime import date
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import OVERSEEING, Event


class VictimPromiseMissed(Event, service="cases", aggregate="victim_promise", verb="missed", audience=OVERSEEING):
    """A victim was to be told something by a day, and was not; told once. Rule C20."""

    promise_id: UUID
    case_id: UUID
    area: AreaCode
    topic: str
    due_on: date


class VictimPromiseKept(Event, service="cases", aggregate="victim_promise", verb="kept", audience=OVERSEEING):
    """A victim was told what was promised: by the day, or late, which clears that it was missed. Rule C20."""

    promise_id: UUID
    case_id: UUID
    area: AreaCode
    topic: str
    due_on: date
    on_time: bool
