"""Recurring patterns proposed as problems, as ids, codes, counts and what a test gave (Rule C13)."""

from datetime import date
from typing import Literal
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import OVERSEEING, POLICING, Event


class PatternProposed(Event, service="cases", aggregate="pattern", verb="proposed", audience=POLICING):
    """Incidents recur at a place beyond what its municipality's past gives. Rule C3.

    `family` is an ICCS division, or a section where reports say no more; `band` `any`, a part of the day (`evening`) or
    of one weekday (`fri-evening`). `hypotheses` is how many were looked at, over all of which `q_value` is corrected.
    """

    proposal_id: UUID
    area: AreaCode
    kind: Literal["address", "cluster"]
    family: str
    band: str
    window_from: date
    window_until: date
    observed: int
    hypotheses: int
    p_value: float
    q_value: float


class PatternLapsed(Event, service="cases", aggregate="pattern", verb="lapsed", audience=POLICING):
    """A proposal that nobody had decided on is significant no more. Rule C3."""

    proposal_id: UUID
    area: AreaCode


class PatternDecided(Event, service="cases", aggregate="pattern", verb="decided", audience=OVERSEEING):
    """A proposal became a case, joined one, or was dismissed. Rule C3."""

    proposal_id: UUID
    area: AreaCode
    outcome: Literal["accepted", "merged", "dismissed"]
    problem_id: UUID | None = None
