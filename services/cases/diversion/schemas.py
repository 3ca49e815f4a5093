"""Request and answer shapes of diversion cases."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.categories.rules import parse_category
from services.cases.diversion.rules import Form, Hindrance, Purpose, Referrer, State
from services.cases.programmes.rules import Capacity

Offence = Annotated[str, AfterValidator(parse_category), Field(examples=["0504"], description="ICCS code")]
Text = Annotated[str, Field(min_length=1, max_length=10_000)]
Subject = Annotated[str, Field(min_length=1, max_length=200, description="The subject of a token, never a name")]
Before = Annotated[int, Field(ge=0, le=1000)]


class DiversionCreate(StrictModel):
    """A case that is referred; who opens it is in its team. Whether there is violence at home has to be asked first."""

    area: AreaCode
    offence: Offence
    act_on: date
    referred_by: Referrer
    domestic_violence: bool
    gender_based_violence: bool
    text: Text = Field(description="What happened, and why diversion is thought of")
    team: list[Subject] = Field(default_factory=list, max_length=50)
    supervisor: Subject | None = None


class DiversionPatch(StrictModel):
    """What may be changed at any time; violence that becomes known later is noted and not taken back."""

    text: Text | None = None
    referral_id: UUID | None = Field(default=None, description="The referral to a partner's project or treatment")
    domestic_violence: bool | None = None
    gender_based_violence: bool | None = None
    team: Annotated[list[Subject], Field(max_length=50)] | None = Field(default=None, description="Set by who leads")
    supervisor: Subject | None = Field(default=None, description="Set by who leads")


class AssessmentIn(StrictModel):
    """What was found: the programme thought of, who is responsible, and what eligibility is decided on."""

    programme: str = Field(max_length=64, description="Its code; the version in force today is kept to")
    person_id: UUID = Field(description="The person of this case who is responsible, with a date of birth")
    domestic_violence: bool
    gender_based_violence: bool
    responsibility_accepted: bool
    previous_diversions: Before
    text: Text | None = None


class ConsentIn(StrictModel):
    """That somebody consented: in what capacity, to what, when."""

    capacity: Capacity
    purpose: Purpose
    form: Form
    given_on: date
    person_id: UUID | None = Field(
        default=None, description="The person of this case who consents; null for the prosecutor, who is an authority"
    )


class ConsentView(View):
    """A consent; `withdrawn_at` is null as long as it stands."""

    id: UUID
    capacity: Capacity
    purpose: Purpose
    form: Form
    person_id: UUID | None
    given_on: date
    recorded_at: datetime
    withdrawn_at: datetime | None


class ObstacleView(View):
    """One thing that stands in the way, and what to do about it."""

    code: Hindrance
    text: str


class EligibilityView(View):
    """Whether somebody is eligible, with everything that stands in the way, and what is done instead of diversion."""

    eligible: bool
    obstacles: list[ObstacleView]
    referral_way: list[str]


class EligibilityIn(StrictModel):
    """What to answer for, without opening a case; nothing of it is kept. What is left out counts as not known."""

    programme_id: UUID
    act_on: date
    born_on: date | None = None
    offence: Offence
    domestic_violence: bool | None = None
    gender_based_violence: bool | None = None
    responsibility_accepted: bool = False
    previous_diversions: Before | None = None
    consents: list[tuple[Capacity, Purpose]] = Field(default_factory=list, max_length=20)


class DiversionSummary(View):
    """A case in a list: codes and dates."""

    id: UUID
    state: State
    offence: str
    referred_by: Referrer
    programme_id: UUID | None
    outcome: State | None
    started_on: date | None
    ended_on: date | None
    version: int


class DiversionView(DiversionSummary):
    """A case with what was written, its consents, and how eligibility stands today."""

    area: AreaCode
    supervisor: str | None
    team: list[str]
    act_on: date
    text: str
    assessment: str | None
    domestic_violence: bool | None
    gender_based_violence: bool | None
    responsibility_accepted: bool
    previous_diversions: int | None
    age_at_act: int | None
    person_id: UUID | None
    referral_id: UUID | None
    consents: list[ConsentView]
    eligibility: EligibilityView | None = Field(description="Null before the assessment")
