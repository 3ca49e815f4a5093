"""Request and answer shapes of referrals: the referrer's, and the recipient's."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.consents.rules import AgeBand
from services.cases.consents.schemas import ConsentView
from services.cases.files.rules import Kind
from services.cases.files.schemas import Moment
from services.cases.partners.rules import DataCategory, Service
from services.cases.partners.schemas import Categories, Code, Language
from services.cases.people.schemas import PersonView
from services.cases.referrals.rules import Basis, Duty, Ending, Outcome, Reason, Side, State, Urgency

Passage = Annotated[str, Field(min_length=1, max_length=20_000)]
Note = Annotated[str, Field(min_length=1, max_length=4000)]
PersonIds = Annotated[
    list[UUID], Field(max_length=20, description="People of the case it comes from, copied into this one")
]


class Texts(StrictModel):
    """What is written about somebody, by data category; each is sent only if `categories` names it."""

    needs: Passage | None = None
    circumstances: Passage | None = None
    health: Passage | None = None


class ReferralCreate(Texts):
    """A referral to be sent later; with `origin_case_id` it comes from a case that you work on."""

    area: AreaCode
    agency: Code
    service: Service
    urgency: Urgency = Urgency.ROUTINE
    age: AgeBand
    language: Language | None = None
    categories: Categories
    basis: Basis = Basis.CONSENT
    duty: Duty | None = None
    duty_reason: Note | None = None
    origin_case_id: UUID | None = None
    people: PersonIds = Field(default_factory=list)

    @model_validator(mode="after")
    def _people_of_a_case(self) -> Self:
        if self.people and self.origin_case_id is None:
            raise ValueError("people are copied from origin_case_id: name it too")
        return self


class ReferralPatch(Texts):
    """What may change of a draft; null empties what may be empty."""

    agency: Code | None = None
    service: Service | None = None
    urgency: Urgency | None = None
    age: AgeBand | None = None
    language: Language | None = None
    categories: Categories | None = None
    basis: Basis | None = None
    duty: Duty | None = None
    duty_reason: Note | None = None


class SendIn(StrictModel):
    """By when an answer is waited for."""

    answer_by: Moment


class CancelIn(StrictModel):
    """Why it is taken back: for those who work on the case."""

    note: Note | None = None


class AnswerIn(StrictModel):
    """The recipient's answer: accepted, why not, how it goes on, or what came of it."""

    to: Literal[State.ACCEPTED, State.REJECTED, State.IN_PROGRESS, State.ON_HOLD, State.COMPLETED, State.FAILED]
    reason: Reason | None = None
    outcome: Outcome | None = None
    note: Note | None = None


class StepView(View):
    """A step that was taken."""

    side: Side
    origin: State
    target: State
    note: str | None
    moved_at: datetime
    moved_by: str


class ReferralSummary(View):
    """A referral in a list: codes and dates."""

    id: UUID
    area: AreaCode
    agency: str
    service: Service
    urgency: Urgency
    state: State
    answer_by: datetime | None
    ending: Ending | None
    reason: Reason | None
    outcome: Outcome | None
    origin_case_id: UUID | None
    origin_kind: Kind | None
    drafted_at: datetime
    requested_at: datetime | None
    ended_at: datetime | None
    version: int


class ReferralView(ReferralSummary):
    """A referral as who refers reads it. The people are at `/v1/cases/{id}/people`."""

    age: AgeBand
    language: str | None
    categories: list[DataCategory]
    basis: Basis
    duty: Duty | None
    duty_reason: str | None
    needs: str | None
    circumstances: str | None
    health: str | None
    stands_until: datetime | None
    consents: list[ConsentView]
    steps: list[StepView]
    unmet: list[str] = Field(description="What it lacks to be sent, or to stay with the recipient")


class PreviewView(View):
    """What is asked, before it is accepted: of the area no more than the municipality, of the person no identity."""

    service: Service
    area: AreaCode
    urgency: Urgency
    age: AgeBand
    language: str | None
    categories: list[DataCategory]


class ReceivedView(View):
    """A referral as its recipient sees it; once it has ended there is no preview either."""

    id: UUID
    state: State
    requested_at: datetime
    answer_by: datetime
    ending: Ending | None
    reason: Reason | None
    outcome: Outcome | None
    ended_at: datetime | None
    preview: PreviewView | None
    version: int


class DetailsView(View):
    """What was sent about somebody, as far as the categories go: read from accepting it until it ends."""

    id: UUID
    area: AreaCode
    needs: str | None = None
    circumstances: str | None = None
    health: str | None = None
    people: list[PersonView]
