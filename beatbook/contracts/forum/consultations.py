"""What consultations outside meetings publish: codes and counts, nobody's words."""

from datetime import date, datetime
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import EVERYONE, INSIDE_FORUMS, Event


class ConsultationRecorded(Event, service="forum", aggregate="consultation", verb="recorded", audience=INSIDE_FORUMS):
    """People were asked outside a meeting. Rule F21.

    `how` and `groups` are codes; `minority_groups` counts those of the register that were asked.
    """

    consultation_id: UUID
    forum_id: UUID
    area: AreaCode
    how: str
    held_on: date
    groups: list[str]
    minority_groups: int
    people: int


class ConsultationPublished(Event, service="forum", aggregate="consultation", verb="published", audience=EVERYONE):
    """A consultation's summary became public; how many were asked, and who, stays with the forum. Rule F21."""

    consultation_id: UUID
    forum_id: UUID
    area: AreaCode
    how: str
    published_at: datetime


class ConsultationWithdrawn(Event, service="forum", aggregate="consultation", verb="withdrawn", audience=EVERYONE):
    """A consultation's summary was taken back from the public. Rule F21."""

    consultation_id: UUID
    forum_id: UUID
    area: AreaCode
