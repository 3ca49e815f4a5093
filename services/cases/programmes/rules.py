"""A diversion programme as a jurisdiction's law has it: the file it is written in, and what is amiss in one. Pure.

Rule C8. Source: GP box 6; GP ch. 4, the use of discretion.
"""

import json
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from beatbook.contracts.actor import Actor, Role
from beatbook.contracts.areas import Tier, tier_of
from services.cases.categories.rules import parse_category

YOUNGEST, ADULT = 12, 18
"""Juvenile diversion is for those of 12 to under 18 years at the time of the act, whatever a file says. Rule C9."""
LOADERS = frozenset({Role.ADMIN})


class ProgrammeKind(StrEnum):
    """The kinds of programme. Rule C8."""

    JUVENILE_CAUTION = "juvenile_caution"
    YOUTH_PROJECT = "youth_project"
    AGREEMENT = "agreement"
    """Learning, apology, compensation, work: the Dutch Halt kind."""
    RESTORATIVE_CONFERENCE = "restorative_conference"
    MEDIATION = "mediation"
    TREATMENT = "treatment"
    """Instead of prosecution."""
    FIXED_PENALTY = "fixed_penalty"
    AWARENESS_COURSE = "awareness_course"


JUVENILE_KINDS = frozenset({ProgrammeKind.JUVENILE_CAUTION, ProgrammeKind.YOUTH_PROJECT})
MEETING_KINDS = frozenset({ProgrammeKind.RESTORATIVE_CONFERENCE, ProgrammeKind.MEDIATION})
"""Where victim and responsible person meet (Rule C9a)."""


class TermKind(StrEnum):
    """What can be agreed to be done. GP box 6; GP ch. 4."""

    CAUTION = "caution"
    CONVERSATION = "conversation"
    LEARNING = "learning"
    APOLOGY = "apology"
    COMPENSATION = "compensation"
    REPAIR = "repair"
    WORK = "work"
    MEETING = "meeting"
    SUPERVISION = "supervision"
    TREATMENT = "treatment"
    SCHOOL = "school"
    COURSE = "course"
    PAYMENT = "payment"


class Capacity(StrEnum):
    """In which capacity somebody consents."""

    RESPONSIBLE = "responsible"
    """The child or adult who is responsible for the act."""
    GUARDIAN = "guardian"
    VICTIM = "victim"
    PROSECUTOR = "prosecutor"


class Outcome(StrEnum):
    """How a case can end, for how long its record is kept."""

    COMPLETED = "completed"
    BREACHED = "breached"
    RETURNED = "returned"
    DECLINED = "declined"


class _Piece(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Offence = Annotated[str, AfterValidator(parse_category), Field(pattern=r"^[0-9]{2}([0-9]{2}([0-9]{1,2})?)?$")]
Age = Annotated[int, Field(ge=YOUNGEST, le=120)]
Months = Annotated[int, Field(ge=0, le=600)]
Amount = Annotated[int, Field(ge=0, le=100_000_000, description="In the currency's smallest unit, such as cents")]


class Offences(_Piece):
    """Offence classes as prefixes of ICCS codes; `out` takes away from `within`."""

    within: list[Offence] = Field(min_length=1, max_length=100)
    out: list[Offence] = Field(default_factory=list, max_length=100)


class ConsentNeeded(_Piece):
    """Whose consent to the measure the law asks besides that of who is responsible."""

    who: Capacity
    under_age: int | None = Field(
        default=None, ge=1, le=120, description="Only for those younger at the time of the act"
    )


class Limits(_Piece):
    """The most that may be agreed; null where the law sets no limit, 0 where there may be none."""

    hours: int | None = Field(ge=0, le=1000)
    weeks: int = Field(ge=1, le=260)
    fee: Amount | None
    compensation: Amount | None
    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO 4217")


class RecordMonths(_Piece):
    """How many months after its end a case is kept, by outcome; then it is expunged."""

    completed: Months
    breached: Months
    returned: Months
    declined: Months


class ProgrammeRules(_Piece):
    """One version of a programme's rules in a jurisdiction."""

    model_config = ConfigDict(title="Diversion programme", json_schema_extra={"$id": "urn:beatbook:schema:programme:1"})

    code: str = Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)
    version: int = Field(ge=1, le=10_000)
    is_example: bool = Field(default=False, description="An example to write one's own from, and not law")
    kind: ProgrammeKind
    title: dict[Annotated[str, Field(pattern="^[a-z]{2,3}$")], Annotated[str, Field(min_length=1, max_length=200)]] = (
        Field(min_length=1, max_length=30, description="By ISO 639 language")
    )
    statutory_basis: str = Field(min_length=1, max_length=1000, description="Law and article that allow it")
    note: str | None = Field(default=None, max_length=2000)
    valid_from: date
    valid_to: date | None = Field(default=None, description="The first day on which it is not in force any more")
    juvenile: bool = Field(description="Only for those of 12 to under 18 years at the time of the act")
    min_age: Age = Field(description="In years at the time of the act")
    max_age: Age = Field(description="In years at the time of the act, this age included")
    offences: Offences
    responsibility_accepted: bool = Field(default=True, description="Whether responsibility has to be accepted")
    supervision_agreed: bool = Field(default=False, description="Whether terms of supervision have to be agreed to")
    consents: list[ConsentNeeded] = Field(default_factory=list, max_length=10)
    previous_diversions: int = Field(ge=0, le=100, description="How many earlier ones are allowed at most")
    terms: list[TermKind] = Field(min_length=1, description="What may be agreed")
    limits: Limits
    warning_days: int = Field(ge=1, le=90, description="How many days a warning gives at least, before a breach")
    record_months: RecordMonths


def flaws(rules: ProgrammeRules) -> list[str]:
    """What is amiss in rules whose every field is well formed. Rules C8, C9."""
    found = []
    if rules.min_age > rules.max_age:
        found.append("min_age: is above max_age")
    if rules.valid_to is not None and rules.valid_to <= rules.valid_from:
        found.append("valid_to: set a day after valid_from")
    if rules.kind in JUVENILE_KINDS and not rules.juvenile:
        found.append(f"juvenile: a {rules.kind} is for juveniles: set true")
    if rules.juvenile and rules.max_age >= ADULT:
        found.append(f"max_age: juvenile diversion is for those under {ADULT}: set {ADULT - 1} at most")
    if rules.juvenile and not rules.responsibility_accepted:
        found.append("responsibility_accepted: juvenile diversion needs responsibility accepted: set true")
    for number, prefix in enumerate(rules.offences.out):
        if not any(prefix.startswith(wide) for wide in rules.offences.within):
            found.append(f"offences.out.{number}: takes away from nothing that is within")
    for number, needed in enumerate(rules.consents):
        if needed.who is Capacity.RESPONSIBLE:
            found.append(f"consents.{number}: who is responsible always has to agree: leave it out")
    if len({needed.who for needed in rules.consents}) < len(rules.consents):
        found.append("consents: name each capacity once")
    if len(set(rules.terms)) < len(rules.terms):
        found.append("terms: name each kind once")
    if rules.kind in MEETING_KINDS and TermKind.MEETING not in rules.terms:
        found.append("terms: where people meet, a meeting is one of the terms")
    if rules.kind in MEETING_KINDS and Capacity.VICTIM not in {needed.who for needed in rules.consents}:
        found.append("consents: where people meet, the victim consents")
    return found


def read_rules(text: str | bytes) -> tuple[ProgrammeRules | None, list[str]]:
    """The rules in a file's text, or None and everything that is amiss: where, and what. Rule C8."""
    try:
        content: Any = json.loads(text)
    except ValueError as error:
        return None, [f"no JSON: {error}"]
    if isinstance(content, dict):
        content.pop("$schema", None)
    try:
        rules = ProgrammeRules.model_validate(content)
    except ValidationError as error:
        return None, [f"{'.'.join(map(str, item['loc'])) or 'file'}: {_word(item)}" for item in error.errors()]
    found = flaws(rules)
    return (None, found) if found else (rules, [])


def _word(error: Any) -> str:
    return "not a field here" if error["type"] == "extra_forbidden" else str(error["msg"])


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a rules file."""
    made = ProgrammeRules.model_json_schema()
    made["properties"]["$schema"] = {"type": "string"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | made


def is_in_force(rules: ProgrammeRules, day: date) -> bool:
    """Whether a version is in force on a day. Rule C8."""
    return rules.valid_from <= day and (rules.valid_to is None or day < rules.valid_to)


def may_load(actor: Actor, area: str) -> bool:
    """Administrators of a whole country load its rules. Rule C8."""
    return tier_of(area) is Tier.NATIONAL and actor.may_as(LOADERS, area)


def asks_consent(rules: ProgrammeRules, age_at_act: int) -> Sequence[Capacity]:
    """Whose consent is asked for somebody of that age (years), besides their own. Rule C9."""
    return [
        needed.who for needed in rules.consents if needed.under_age is None or age_at_act < needed.under_age
    ]  # fmt: skip
