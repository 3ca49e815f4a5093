"""Incidents, as ids, codes and months (Rule C13)."""

from datetime import date
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import POLICING, Event


class IncidentRecorded(Event, service="cases", aggregate="incident", verb="recorded", audience=POLICING):
    """An incident was taken in. `month` is the first day of the month it began in; `category` an ICCS code. Rule C1."""

    incident_id: UUID
    area: AreaCode
    month: date
    category: str
    repeat_victim: bool = False
