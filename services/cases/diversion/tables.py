"""Tables of diversion cases: states, codes and numbers are plain, what is written is sealed.

A row is seen by whoever sees the case's file.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.diversion.rules import Form, Purpose, Referrer, State
from services.cases.programmes.rules import Capacity


class Diversion(CasesTable, table=True):
    """A diversion case: where it stands and what it was decided on.

    `age_at_act` in years: the day of the act and the text are sealed, the date of birth is the person's.
    `programme_id` is one version of the rules, kept from the assessment on; no version is ever changed or deleted.
    """

    __tablename__ = "diversions"

    id: UUID = Field(primary_key=True, foreign_key="case_files.id")
    state: State = Field(sa_column=Column(text_enum(State), nullable=False, index=True))
    offence: str
    referred_by: Referrer = Field(sa_column=Column(text_enum(Referrer), nullable=False))
    domestic_violence: bool | None
    gender_based_violence: bool | None
    responsibility_accepted: bool = False
    previous_diversions: int | None = None
    age_at_act: int | None = None
    programme_id: UUID | None = Field(default=None, index=True)
    person_id: UUID | None = None
    referral_id: UUID | None = None
    sealed_text: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_act_on: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_assessment: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    started_on: date | None = None
    outcome: State | None = Field(default=None, sa_column=Column(text_enum(State)))
    ended_on: date | None = None
    version: int = 1


class DiversionConsent(CasesTable, table=True):
    """That somebody consented, in what capacity, to what, when; and when it was withdrawn. Rules C9, C9a."""

    __tablename__ = "diversion_consents"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_files.id", index=True)
    capacity: Capacity = Field(sa_column=Column(text_enum(Capacity), nullable=False))
    purpose: Purpose = Field(sa_column=Column(text_enum(Purpose), nullable=False))
    form: Form = Field(sa_column=Column(text_enum(Form), nullable=False))
    person_id: UUID | None = None
    given_on: date
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    recorded_by: str
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    withdrawal_by: str | None = None
