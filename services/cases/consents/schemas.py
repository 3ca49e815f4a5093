"""Request and answer shapes of consents."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from beatbook.kit.web import StrictModel, View
from services.cases.consents.rules import Form, Giver
from services.cases.partners.rules import DataCategory, Service
from services.cases.partners.schemas import Categories, Code, Day


class ConsentCreate(StrictModel):
    """A consent that was given: a new version of what its giver agreed to."""

    giver: Giver
    person_id: UUID | None = Field(default=None, description="The giver, if named among this case's people")
    purpose: Service
    recipient: Code
    categories: Categories
    form: Form
    given_on: Day
    until: Day = Field(description="The last day, by UTC; at most a year after it was given")
    note: Annotated[str, Field(min_length=1, max_length=2000)] | None = None


class ConsentView(View):
    """A version of what somebody agreed to."""

    giver: Giver
    number: int
    person_id: UUID | None
    purpose: Service
    recipient: str
    categories: list[DataCategory]
    form: Form
    given_on: date
    until: date
    note: str | None
    recorded_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None
