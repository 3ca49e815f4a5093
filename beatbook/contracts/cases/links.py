"""What comes back to a forum of the case that stands for a concern: a bucket, and nothing of the case (Rule C12a)."""

from typing import Literal
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import NOBODY, Event


class CaseConcernMoved(Event, service="cases", aggregate="case_concern", verb="moved", audience=NOBODY):
    """How far the case is that stands for a concern; `bucket` null: none stands for it any more. Rule C12a.

    The aggregate is the concern. `area` is the municipality, however near the case is. Nobody follows it: people are
    told by the forum's own event, once the forum has said that there is a case.
    """

    concern_id: UUID
    area: AreaCode
    bucket: Literal["received", "worked_on", "done", "not_taken_up"] | None
