"""Bias groups, bias indicators and legal classes, and who may note and see them. Pure.

Source: GP ch. 6, hate crimes; ODIHR's hate crime reporting (bias motivations) and its bias indicators for police.
"""

from datetime import timedelta
from enum import StrEnum

from beatbook.contracts.actor import Actor, Role

NOTERS = frozenset({Role.OFFICER, Role.SUPERVISOR})
REVIEW_WITHIN = timedelta(hours=24)
"""Until a supervisor has looked at a flag: the first day is when evidence of bias is lost."""


class Motivation(StrEnum):
    """The bias motivations that ODIHR reports by."""

    RACISM_XENOPHOBIA = "racism_xenophobia"
    ANTI_ROMA = "anti_roma"
    ANTISEMITISM = "antisemitism"
    ANTI_MUSLIM = "anti_muslim"
    ANTI_CHRISTIAN = "anti_christian"
    OTHER_RELIGION_BELIEF = "other_religion_belief"
    GENDER = "gender"
    ANTI_LGBTI = "anti_lgbti"
    DISABILITY = "disability"
    OTHER = "other"


class Perceiver(StrEnum):
    """Who perceives bias: a kind, never a person."""

    VICTIM = "victim"
    WITNESS = "witness"
    OFFICER = "officer"
    NGO = "ngo"


class Indicator(StrEnum):
    """What points to bias, beside that somebody perceives it."""

    DIFFERENCES = "differences"
    WORDS_OR_SYMBOLS = "words_or_symbols"
    HATE_GROUP = "hate_group"
    PLACE_OR_TIME = "place_or_time"
    EARLIER_INCIDENTS = "earlier_incidents"
    NATURE_OF_VIOLENCE = "nature_of_violence"
    NO_OTHER_MOTIVE = "no_other_motive"


class Classification(StrEnum):
    """How the law sees the bias: of its own offence, as an aggravation, not charged, or not upheld."""

    UNCLASSIFIED = "unclassified"
    SUSPECTED = "suspected"
    CHARGED_AS_HATE_OFFENCE = "charged_as_hate_offence"
    CHARGED_WITH_AGGRAVATION = "charged_with_aggravation"
    CHARGED_AS_BASE_OFFENCE = "charged_as_base_offence"
    NOT_UPHELD = "not_upheld"


class NoteKind(StrEnum):
    """The three things that are noted, each with a history of its own."""

    PERCEPTION = "perception"
    INDICATORS = "indicators"
    CLASSIFICATION = "classification"


def may_note_bias(actor: Actor, area: str) -> bool:
    """Officers and supervisors of an area note and see bias; an administrator of the system has no need to. Rule C2."""
    return actor.may_as(NOTERS, area)


def classifying_obstacles(present: Classification, wanted: Classification) -> list[str]:
    """What stands against a legal classification: it changes, and is never taken back to none. Rule C2.

    What was perceived is no part of it: no classification removes a perception.
    """
    unmet = []
    if wanted is Classification.UNCLASSIFIED:
        unmet.append("A classification is followed by another one, such as not_upheld; it is not undone.")
    elif wanted is present:
        unmet.append("It is classified so already.")
    return unmet
