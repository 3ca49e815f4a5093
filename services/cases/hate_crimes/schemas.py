"""Request and answer shapes of hate crimes: codes only."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.hate_crimes.rules import Classification, Indicator, Motivation, Perceiver


class PerceptionIn(StrictModel):
    """That somebody perceives bias, and of which kinds."""

    perceived_by: Perceiver
    motivations: Annotated[set[Motivation], Field(min_length=1)]


class IndicatorsIn(StrictModel):
    """What was observed that points to bias."""

    indicators: Annotated[set[Indicator], Field(min_length=1)]


class ClassificationIn(StrictModel):
    """How the law sees the bias now."""

    classification: Classification


class _Noted(View):
    noted_by: str
    noted_at: datetime


class PerceptionView(_Noted):
    """A perception, as it was noted."""

    perceived_by: Perceiver
    motivations: list[Motivation]


class IndicatorsView(_Noted):
    """Indicators, as they were noted."""

    indicators: list[Indicator]


class ClassificationView(_Noted):
    """A classification, from then on."""

    classification: Classification


class HateCrimeSummary(View):
    """An incident with bias and its legal classification now."""

    incident_id: UUID
    area: AreaCode
    category: str
    classification: Classification
    flagged_at: datetime
    version: int


class HateCrimeView(HateCrimeSummary):
    """The base offence (`category`), and apart from it perceptions, indicators and classifications, each in order."""

    perceptions: list[PerceptionView]
    indicators: list[IndicatorsView]
    classifications: list[ClassificationView]
