"""Diversion programmes, as codes and dates."""

from datetime import date
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import POLICING, Event


class ProgrammeLoaded(Event, service="cases", aggregate="programme", verb="loaded", audience=POLICING):
    """A version of a diversion programme's rules was loaded for a country. Rule C8."""

    programme_id: UUID
    area: AreaCode
    code: str
    rules_version: int
    kind: str
    valid_from: date
    valid_to: date | None
