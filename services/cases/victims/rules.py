"""What victims need, and how a promise to tell them something stands. Pure.

Rule C20. Source: GP ch. 2, CoP plans, objective 5: empathy, legal and human rights, reassurance, and getting it right
the first time.
"""

from datetime import date, timedelta
from enum import StrEnum


class Need(StrEnum):
    """What a victim needs."""

    PROTECTION = "protection"
    INFORMATION = "information"
    PRACTICAL = "practical"
    EMOTIONAL = "emotional"
    MEDICAL = "medical"
    LEGAL = "legal"
    INTERPRETATION = "interpretation"
    ACCOMMODATION = "accommodation"
    COMPENSATION = "compensation"


class Protection(StrEnum):
    """Why somebody needs special protection."""

    CHILD = "child"
    DISABILITY = "disability"
    VIOLENCE_AT_HOME = "violence_at_home"
    GENDER_BASED_VIOLENCE = "gender_based_violence"
    HATE_CRIME = "hate_crime"
    TRAFFICKING = "trafficking"
    REPEAT_VICTIM = "repeat_victim"
    INTIMIDATION = "intimidation"


class Topic(StrEnum):
    """What a victim was promised news of."""

    PROGRESS = "progress"
    ARREST_OR_RELEASE = "arrest_or_release"
    DECISION_TO_PROSECUTE = "decision_to_prosecute"
    HEARING = "hearing"
    OUTCOME = "outcome"
    RETURN_OF_PROPERTY = "return_of_property"
    SUPPORT = "support"
    PROTECTION = "protection"


class PromiseState(StrEnum):
    """How a promise stands."""

    OPEN = "open"
    MISSED = "missed"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    STOPPED = "stopped"
    """The victim did not wish to be contacted any more."""


FURTHEST = timedelta(days=366)
"""How far ahead something can be promised."""


def promise_state(due_on: date, kept_on: date | None, stopped_on: date | None, today: date) -> PromiseState:
    """How a promise stands today: kept on its day is kept in time; what was kept or stopped stays so. Rule C20.

    Days are UTC's, here and by the clock.
    """
    if kept_on is not None:
        return PromiseState.KEPT if kept_on <= due_on else PromiseState.KEPT_LATE
    if stopped_on is not None:
        return PromiseState.STOPPED
    return PromiseState.MISSED if due_on < today else PromiseState.OPEN


def promise_obstacles(due_on: date, today: date, *, wants_contact: bool) -> list[str]:
    """Everything that keeps a promise from being made. Rule C20."""
    found: list[str] = []
    if not wants_contact:
        found.append("The victim does not wish to be contacted: nothing is promised until that changes.")
    if not today <= due_on <= today + FURTHEST:
        found.append(f"due_on: from today on, and within {FURTHEST.days} days")
    return found
