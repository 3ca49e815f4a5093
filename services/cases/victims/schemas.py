"""Request and answer shapes of victims' cases."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.files.schemas import Day, Passage, Subject
from services.cases.victims.rules import Need, PromiseState, Protection, Topic


class VictimOpen(StrictModel):
    """A victim's case to be; the person is named in it afterwards (`POST /v1/cases/{id}/people`)."""

    area: AreaCode
    incident_id: UUID | None = None
    supervisor: Subject | None = None
    team: list[Subject] = Field(default_factory=list, max_length=50)


class VictimPatch(StrictModel):
    """Who the victim is, of which incident, and whether they wish to be contacted."""

    person_id: UUID | None = None
    incident_id: UUID | None = None
    wants_contact: bool | None = None


class AssessmentIn(StrictModel):
    """What a victim needs, and why somebody needs special protection."""

    needs: list[Need] = Field(max_length=20)
    protection: list[Protection] = Field(default_factory=list, max_length=20)
    words: Passage | None = None


class SupportIn(StrictModel):
    """Support arranged for a need, by a referral if there is one."""

    need: Need
    referral_id: UUID | None = None


class PromiseIn(StrictModel):
    """A promise: what the victim is told about, and by when."""

    topic: Topic
    due_on: Day


class PromiseView(View):
    """A promise to a victim."""

    id: UUID
    case_id: UUID
    area: AreaCode
    topic: Topic
    due_on: date
    state: PromiseState
    promised_at: datetime
    promised_by: str
    kept_at: datetime | None
    kept_by: str | None
    stopped_at: datetime | None
    version: int


class AssessmentView(View):
    """A version of the needs assessment."""

    number: int
    needs: list[Need]
    protection: list[Protection]
    words: str | None
    assessed_at: datetime
    assessed_by: str


class SupportView(View):
    """Support that was arranged."""

    id: UUID
    need: Need
    referral_id: UUID | None
    arranged_at: datetime
    arranged_by: str


class VictimSummary(View):
    """A victim's case in a list."""

    id: UUID
    area: AreaCode
    person_id: UUID | None
    incident_id: UUID | None
    wants_contact: bool
    opened_at: datetime
    closed_at: datetime | None
    version: int


class VictimView(VictimSummary):
    """A victim's case whole; `repeat_victim` is what the incident says, null without one.

    `unmet`: needs of the newest assessment that no support was arranged for.
    """

    repeat_victim: bool | None
    assessments: list[AssessmentView]
    supports: list[SupportView]
    unmet: list[Need]
    promises: list[PromiseView]
