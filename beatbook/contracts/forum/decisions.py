"""What decisions publish."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import INSIDE_FORUMS, Event


class DecisionRecorded(Event, service="forum", aggregate="decision", verb="recorded", audience=INSIDE_FORUMS):
    """A meeting decided or asked for something; the words stay with the forum. Rule F12.

    `owner` is the sector of the owning organisation, a code: its name is free text and stays too.
    """

    decision_id: UUID
    meeting_id: UUID
    forum_id: UUID
    area: AreaCode
    kind: str
    owner: str | None
    due_on: date | None
    recorded_at: datetime


class DecisionClosed(Event, service="forum", aggregate="decision", verb="closed", audience=INSIDE_FORUMS):
    """A decision ended; `on_time` is None unless it was delivered against a due date. Rule F13.

    `ended_on` is the day it was done or refused, `closed_at` the moment that was recorded.
    """

    decision_id: UUID
    forum_id: UUID
    area: AreaCode
    kind: str
    outcome: Literal["delivered", "declined", "withdrawn"]
    closed_at: datetime
    due_on: date | None
    on_time: bool | None
    ended_on: date | None = None


class DecisionDueMoved(Event, service="forum", aggregate="decision", verb="due_moved", audience=INSIDE_FORUMS):
    """An open decision got another due date, by a later meeting or for a reason that its history keeps. Rule F13."""

    decision_id: UUID
    forum_id: UUID
    area: AreaCode
    previous: date | None
    due_on: date


class DecisionSuperseded(Event, service="forum", aggregate="decision", verb="superseded", audience=INSIDE_FORUMS):
    """A later meeting decided anew: `superseded_by` stands in its place. Rule F13."""

    decision_id: UUID
    superseded_by: UUID
    forum_id: UUID
    area: AreaCode


class DecisionCascaded(Event, service="forum", aggregate="decision", verb="cascaded", audience=INSIDE_FORUMS):
    """A decision went on the next agendas of so many forums below. Rule F15."""

    decision_id: UUID
    forum_id: UUID
    area: AreaCode
    forums: int


class DecisionOverdue(Event, service="forum", aggregate="decision", verb="overdue", audience=INSIDE_FORUMS):
    """A decision still open is past its due date: told once for each due date it had. Rule F13.

    `owner` is the sector of the owning organisation, a code.
    """

    decision_id: UUID
    forum_id: UUID
    area: AreaCode
    kind: str
    owner: str | None
    due_on: date
