"""What is kept of a person in a case, and which of it is guarded how. Pure. Rules C9a, C13."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from services.cases.files.rules import Field
from services.cases.reports.spans import AHEAD


class Role(StrEnum):
    """What a person is in a case."""

    RESPONSIBLE = "responsible"
    VICTIM = "victim"
    WITNESS = "witness"
    GUARDIAN = "guardian"
    REPORTER = "reporter"
    CONTACT = "contact"
    OTHER = "other"


class Sex(StrEnum):
    """ISO/IEC 5218 in words, and what a person may say instead."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    NOT_SAID = "not_said"


OLDEST = 130
"""Years: whoever was born before that is written with a slip of the pen."""
NAMES = ("given_names", "family_names", "other_names")
CONTACTS = ("address", "telephone", "mail")
GUARDED: Mapping[str, Field] = dict.fromkeys((*NAMES, "born_on", "sex", "languages"), Field.IDENTITY) | dict.fromkeys(
    CONTACTS, Field.CONTACT
)
"""The sealed fields of a person, and under which field of the policy each falls; a victim's contacts have their own."""


def guarded_as(name: str, role: Role) -> Field:
    """Which field of the policy decides about one of a person's. Rules C9a, C13.

    Whoever brings victim and responsible person together can be given the one's contacts and not the other's.
    """
    field = GUARDED[name]
    return Field.VICTIM_CONTACT if field is Field.CONTACT and role is Role.VICTIM else field


def place_of(name: str, person_id: object) -> str:
    """Where a person's field is sealed for: it opens nowhere else, not even in another person of the case."""
    return f"people.{name}.{person_id}"


def may_be_born_on(born_on: date, now: datetime) -> bool:
    """Whether somebody can have been born on a day: it has begun somewhere on Earth, and is not too long ago."""
    return age_on(born_on, now.date()) <= OLDEST and born_on <= (now + AHEAD).date()


def age_on(born_on: date, day: date) -> int:
    """Age in whole years on a day, negative before birth. Born on 29 February, one turns on 1 March in common years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
