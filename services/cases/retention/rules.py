"""How long cases are kept, and what stops their end. Pure. Rule C16."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

from dateutil.relativedelta import relativedelta
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.cases.files.rules import Kind


class HoldCode(StrEnum):
    """Why a case may not be expunged for the time being."""

    COURT = "court"
    INVESTIGATION = "investigation"
    COMPLAINT = "complaint"
    APPEAL = "appeal"
    AUDIT = "audit"


class Reason(StrEnum):
    """Why a case was expunged."""

    PERIOD_ENDED = "period_ended"
    COURT_ORDER = "court_order"
    DATA_SUBJECT = "data_subject"
    OPENED_IN_ERROR = "opened_in_error"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    RESTORED = "restored"
    """It had been, and came back with a copy of the database from before."""


BY_HAND = frozenset({Reason.COURT_ORDER, Reason.DATA_SUBJECT, Reason.OPENED_IN_ERROR, Reason.CONSENT_WITHDRAWN})
"""What a person can give as the reason; the others are the clock's."""

OF_OPEN_CASES = frozenset({Reason.COURT_ORDER, Reason.OPENED_IN_ERROR, Reason.PERIOD_ENDED, Reason.RESTORED})
"""The reasons that do not ask whether work on the case has ended; for the others it is closed first."""

OutcomeCode = Annotated[str, Field(pattern=r"^[a-z_]{1,64}$")]


class Period(BaseModel):
    """How many months after its end a case of a kind is kept, if it ended with that outcome; on which basis."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    outcome: OutcomeCode | None = None
    months: int = Field(ge=0, le=1200)
    basis: str = Field(min_length=1, max_length=500)


class Schedule(BaseModel):
    """All periods: one for each kind, and others for some of its outcomes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, max_length=200)
    is_default: bool = False
    note: str = ""
    rules: Sequence[Period]

    @model_validator(mode="after")
    def _whole(self) -> "Schedule":
        named = [(rule.kind, rule.outcome) for rule in self.rules]
        if len(set(named)) < len(named):
            raise ValueError("a kind with the same outcome is named twice")
        if missing := sorted(set(Kind) - {kind for kind, outcome in named if outcome is None}):
            raise ValueError(f"no period, whatever the outcome, for {', '.join(missing)}")
        return self

    def period(self, kind: Kind, outcome: str | None) -> Period:
        """The period of a case: its outcome's, or else its kind's."""
        found = {rule.outcome: rule for rule in self.rules if rule.kind is kind}
        return found.get(outcome, found[None])


def last_day(period: Period, closed_on: date) -> date:
    """The last day on which a case that was closed on a day is kept; where a month has no such day, its last."""
    return closed_on + relativedelta(months=period.months)
