"""Consent to what is sent about somebody: whose is needed, and what it covers. Pure. Rule C12.

Whose is needed is data by country: `AGE_RULES`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol


class Giver(StrEnum):
    """Who agrees."""

    PERSON = "person"
    """Whom it is about, a child too."""
    GUARDIAN = "guardian"


class Form(StrEnum):
    """How it was given."""

    WRITTEN = "written"
    SPOKEN = "spoken"
    ELECTRONIC = "electronic"


class AgeBand(StrEnum):
    """How old somebody is, in whole years and no more exactly than consent asks for."""

    UNDER_12 = "0-11"
    TO_13 = "12-13"
    TO_15 = "14-15"
    TO_17 = "16-17"
    TO_24 = "18-24"
    TO_64 = "25-64"
    OVER_64 = "65-"

    @property
    def youngest(self) -> int:
        """The lowest age of the band, in whole years."""
        return int(self.value.split("-")[0])


@dataclass(frozen=True)
class AgeRule:
    """From which age (whole years) somebody agrees beside the guardian, and from which alone."""

    beside_from: int
    alone_from: int
    source: str


DEFAULT = AgeRule(12, 18, "Convention on the Rights of the Child, art. 12: heard by age and maturity; 12 is an example")
AGE_RULES: Mapping[str, AgeRule] = {
    "NL": AgeRule(12, 16, "example: Dutch Civil Code, art. 7:447 and 7:450"),
}
"""By country, the first part of an area's code; `DEFAULT` for all others."""

LONGEST = timedelta(days=366)
"""A consent is asked for again after a year at the latest."""


def givers(age: AgeBand, country: str) -> list[Giver]:
    """Whose consent is needed: the guardian's, the person's, or both. Rule C12."""
    rule = AGE_RULES.get(country, DEFAULT)
    if age.youngest >= rule.alone_from:
        return [Giver.PERSON]
    return [Giver.PERSON, Giver.GUARDIAN] if age.youngest >= rule.beside_from else [Giver.GUARDIAN]


class Consent(Protocol):
    """What was agreed to."""

    giver: Giver
    number: int
    purpose: str
    recipient: str
    categories: list[str]
    given_on: date
    until: date
    withdrawn_at: datetime | None


def latest(consents: Sequence[Consent], giver: Giver) -> Consent | None:
    """The version that counts of what somebody agreed to: the last."""
    theirs = [consent for consent in consents if consent.giver == giver]
    return max(theirs, key=lambda consent: consent.number, default=None)


def unmet_consents(
    consents: Sequence[Consent],
    needed: Collection[Giver],
    *,
    purpose: str,
    recipient: str,
    categories: Collection[str],
    now: datetime,
) -> list[str]:
    """All that was not agreed to: by whom, for which purpose, to whom, which categories. Rule C12."""
    found = []
    for giver in needed:
        consent = latest(consents, giver)
        if consent is None:
            found.append(f"consent: the {giver} has not agreed")
            continue
        if consent.withdrawn_at is not None:
            found.append(f"consent: the {giver} withdrew it")
        if not consent.given_on <= now.date() <= consent.until:
            found.append(f"consent: the {giver} agreed from {consent.given_on} until {consent.until}")
        if consent.recipient != recipient:
            found.append(f"consent: the {giver} agreed to another recipient")
        if consent.purpose != purpose:
            found.append(f"consent: the {giver} agreed to another purpose")
        found += [f"consent: the {giver} did not agree to {category}" for category in sorted(categories)
                  if category not in consent.categories]  # fmt: skip
    return found


def ends_at(day: date) -> datetime:
    """The moment at which a last day is over, by UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def consent_flaws(given_on: date, until: date, today: date) -> list[str]:
    """What keeps a consent from being recorded: it is given, for a time to come, for a year at most. Rule C12."""
    found = [] if given_on <= today else ["given_on: not a day to come"]
    if until < max(given_on, today):
        found.append("until: a day to come, not before given_on")
    if until - given_on > LONGEST:
        found.append("until: at most a year after given_on")
    return found
