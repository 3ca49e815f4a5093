"""Hate crimes, as ids and codes (Rule C13): neither who perceives bias nor against whom."""

from datetime import date, datetime
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import OVERSEEING, Event


class HateCrimeFlagged(Event, service="cases", aggregate="hate_crime", verb="flagged", audience=OVERSEEING):
    """Bias was perceived or indicated in an incident for the first time; `category` is the base offence. Rule C2."""

    incident_id: UUID
    area: AreaCode
    month: date
    category: str


class HateCrimeClassified(Event, service="cases", aggregate="hate_crime", verb="classified", audience=OVERSEEING):
    """The law's view of the bias in an incident changed. Rule C2."""

    incident_id: UUID
    area: AreaCode
    classification: str
    classified_at: datetime
