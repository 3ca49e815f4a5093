"""Request and answer shapes of partner agencies and memoranda."""

from datetime import date, datetime
from functools import cache
from typing import Annotated
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.partners.rules import DataCategory, EndReason, Service, Weekday

_zones = cache(available_timezones)
"""Read from the disk at its first use."""


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("not a time zone of the IANA database, such as Europe/Belgrade")
    return name


def _each_once(items: list[str]) -> list[str]:
    return sorted(set(items))


Code = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$", description="As in its tokens", examples=["legal-aid-kosovo"])
]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Services = Annotated[list[Service], Field(min_length=1, max_length=20), AfterValidator(_each_once)]
Areas = Annotated[
    list[AreaCode],
    Field(min_length=1, max_length=50, description="Each with everything below it"),
    AfterValidator(_each_once),
]
Categories = Annotated[list[DataCategory], Field(min_length=1, max_length=10), AfterValidator(_each_once)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", description="ISO 639 code")]
Languages = Annotated[list[Language], Field(max_length=20), AfterValidator(_each_once)]
Zone = Annotated[str, Field(max_length=64, description="IANA time zone"), AfterValidator(_known_zone)]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["08:30"])]
Line = Annotated[str, Field(min_length=1, max_length=300)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class OpeningHours(StrictModel):
    """A stretch of opening hours by the agency's clocks; `closes` not after `opens` is on the next day."""

    day: Weekday
    opens: ClockTime
    closes: ClockTime


class Contact(StrictModel):
    """How the organisation is reached: never a person's own number or mail address."""

    telephone: Line | None = None
    mail: Line | None = None
    web: Line | None = None
    address: Line | None = None


Week = Annotated[list[OpeningHours], Field(max_length=50)]


class AgencyCreate(StrictModel):
    """An agency to be registered."""

    code: Code
    name: Name
    services: Services
    areas: Areas
    languages: Languages = Field(default_factory=list)
    zone: Zone
    hours: Week = Field(default_factory=list)
    contact: Contact = Contact()


class AgencyPatch(StrictModel):
    """What may change of an agency; one that is not active is sent nothing new."""

    name: Name | None = None
    services: Services | None = None
    areas: Areas | None = None
    languages: Languages | None = None
    zone: Zone | None = None
    hours: Week | None = None
    contact: Contact | None = None
    is_active: bool | None = None


class AgencyView(View):
    """An agency."""

    id: UUID
    code: str
    name: str
    services: list[Service]
    areas: list[AreaCode]
    languages: list[str]
    zone: str
    hours: list[OpeningHours]
    contact: Contact
    is_active: bool
    registered_at: datetime
    version: int


class MemorandumCreate(StrictModel):
    """A memorandum of understanding as it was signed; `replaces` ends the one it takes the place of."""

    services: Services
    areas: Areas
    categories: Categories = Field(description="The categories of data about a person that may be sent")
    starts_on: Day
    ends_on: Day = Field(description="The last day, by UTC; at most five years after the first")
    replaces: UUID | None = None


class MemorandumEnd(StrictModel):
    """Why a memorandum ends before its last day."""

    reason: EndReason


class MemorandumView(View):
    """A memorandum; `number` counts the agency's."""

    id: UUID
    agency: str
    number: int
    replaces: UUID | None
    services: list[Service]
    areas: list[AreaCode]
    categories: list[DataCategory]
    starts_on: date
    ends_on: date
    signed_at: datetime
    signed_by: str
    ended_at: datetime | None
    end_reason: EndReason | None
    version: int
