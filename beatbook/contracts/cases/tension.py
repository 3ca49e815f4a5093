"""Tension between communities and with the police, as levels of areas and weeks (Rule C13)."""

from datetime import date

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import WATCHING_TENSION, Event


class TensionJumped(Event, service="cases", aggregate="tension", verb="jumped", audience=WATCHING_TENSION):
    """An area's week (its Monday) stands well above the assessed week before it; told once of a week. Rule C18."""

    area: AreaCode
    week: date
    level: int
    previous: int
