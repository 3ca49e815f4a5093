"""Request and answer shapes of the area register."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from beatbook.contracts.areas import AreaCode, Tier
from beatbook.kit.web import StrictModel, View

Text200 = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A day that records can be about: one that a reader can add a term to without leaving the calendar."""
Moment = Annotated[AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2199, 12, 31, tzinfo=UTC))]
"""A moment that records can be about."""
LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")]
"""The language that something is written in, as BCP 47 writes it: `sq`, `sr`, `sr-Latn`, `ar`; `und` when not said."""


class MappingIn(StrictModel):
    """Which property of a feature holds what."""

    code: Text200
    parent: Text200 = "parent_code"
    name: Text200 = "name"
    population: list[Text200] = Field(default_factory=list, max_length=10)


class RootIn(StrictModel):
    """A national area that no feature describes."""

    code: Text200
    name: Text200


class FeatureCollectionIn(BaseModel):
    """A GeoJSON FeatureCollection; its features are judged one by one."""

    model_config = ConfigDict(extra="allow")

    type: Literal["FeatureCollection"]
    features: list[Any] = Field(max_length=20_000)


class ImportIn(StrictModel):
    """Features to register, one collection per file."""

    mapping: MappingIn
    root: RootIn | None = None
    collections: list[FeatureCollectionIn] = Field(min_length=1, max_length=20)
    valid_from: Day | None = None


class RefusalView(View):
    """A feature that was not taken."""

    collection: int
    feature: int
    code: str | None
    reason: str
    detail: str


class ImportReport(BaseModel):
    """What an import did, by count, and each feature it refused."""

    roots: list[AreaCode]
    registered: int
    revised: int
    unchanged: int
    refused: list[RefusalView]


class Sex(StrEnum):
    """Sex as the census counts it."""

    FEMALE = "female"
    MALE = "male"


class AgeBand(StrEnum):
    """The age bands of Rule A2, in years."""

    CHILD = "0-11"
    ADOLESCENT = "12-17"
    YOUNG_ADULT = "18-29"
    ADULT = "30-59"
    OLDER = "60+"


class PopulationBand(StrictModel):
    """Residents of one sex and age band."""

    sex: Sex
    age_band: AgeBand
    count: int = Field(ge=0, le=2_000_000_000)


class MinorityGroup(StrictModel):
    """A minority group present in the area, and its share of residents, 0 to 1."""

    group: Text200
    share: float = Field(ge=0, le=1)


class AreaPatch(StrictModel):
    """What may be changed by hand."""

    names: dict[Annotated[str, Field(pattern=r"^([a-z]{2,3}|und)$")], Text200] | None = Field(
        default=None, min_length=1, max_length=40
    )
    external_codes: dict[Text200, Text200] | None = Field(default=None, max_length=40)
    languages: list[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]] | None = Field(default=None, max_length=40)
    population: int | None = Field(default=None, ge=0, le=2_000_000_000)
    population_bands: list[PopulationBand] | None = Field(default=None, max_length=10)
    minority_groups: list[MinorityGroup] | None = Field(default=None, max_length=100)


class AreaClose(StrictModel):
    """An area ceases to be valid."""

    closed_on: Day
    successors: list[AreaCode] = Field(default_factory=list, max_length=100)


class AreaView(View):
    """An area as the register has it; `boundary` only when asked for."""

    code: AreaCode
    tier: Tier
    parent: AreaCode | None
    name: str
    names: dict[str, str]
    external_codes: dict[str, str]
    languages: list[str]
    population: int | None
    population_bands: list[PopulationBand]
    minority_groups: list[MinorityGroup]
    valid_from: date
    valid_to: date | None
    successors: list[AreaCode]
    version: int
    boundary: dict[str, Any] | None = None
