"""Partner agencies and memoranda of understanding, as codes and dates: organisations, never persons (Rule C11)."""

from datetime import date, datetime
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import INSIDE_FORUMS, STAFF, Event


class AgencyRegistered(Event, service="cases", aggregate="agency", verb="registered", audience=INSIDE_FORUMS):
    """An agency was registered; `area` is the first of those it works in. Rule C11."""

    agency_id: UUID
    agency: str
    area: AreaCode
    areas: list[AreaCode]
    services: list[str]


class AgencyChanged(Event, service="cases", aggregate="agency", verb="changed", audience=INSIDE_FORUMS):
    """What is known of an agency changed. Rule C11."""

    agency_id: UUID
    agency: str
    area: AreaCode
    areas: list[AreaCode]
    services: list[str]
    is_active: bool


class MemorandumSigned(Event, service="cases", aggregate="memorandum", verb="signed", audience=STAFF):
    """It was agreed what may be sent to an agency, from one day to another. Rule C11."""

    memorandum_id: UUID
    agency: str
    area: AreaCode
    number: int
    services: list[str]
    categories: list[str]
    starts_on: date
    ends_on: date


class MemorandumEnded(Event, service="cases", aggregate="memorandum", verb="ended", audience=STAFF):
    """A memorandum ended before its last day; `reason` is replaced, by_us, by_the_agency or breached. Rule C11."""

    memorandum_id: UUID
    agency: str
    area: AreaCode
    number: int
    reason: str
    ended_at: datetime
