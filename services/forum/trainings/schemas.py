"""Request and answer shapes of trainings."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day, Text200
from services.forum.forums.schemas import Advisory
from services.forum.members.schemas import Sex
from services.forum.trainings.rules import Group, TrainingKind, TrainingState


class TrainingCreate(StrictModel):
    """A training to be planned, in an area or for one of its forums."""

    area: AreaCode
    forum_id: UUID | None = None
    kind: TrainingKind = TrainingKind.TRAINING
    subject: Text200
    starts_on: Day
    ends_on: Day

    @model_validator(mode="after")
    def _days_in_order(self) -> "TrainingCreate":
        if self.ends_on < self.starts_on:
            raise ValueError("ends_on lies before starts_on")
        return self


class TrainingPatch(StrictModel):
    """What may change of a training that is planned."""

    kind: TrainingKind | None = None
    subject: Text200 | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None


class Participants(StrictModel):
    """People of one group who took part, as a count: nobody is named."""

    group: Group
    sex: Sex | None = None
    count: int = Field(ge=0, le=100_000)


class TrainingHold(StrictModel):
    """What is recorded when a training has taken place; days only where they differ from the plan."""

    starts_on: Day | None = None
    ends_on: Day | None = None
    trainers: int = Field(ge=0, le=10_000)
    trainers_trained: int = Field(ge=0, le=10_000, description="Of the trainers, those trained as trainers")
    participants: list[Participants] = Field(max_length=50)


class TrainingCancel(StrictModel):
    """A training that does not take place."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class TrainingView(View):
    """A training, as those inside see it."""

    id: UUID
    area: AreaCode
    forum_id: UUID | None
    kind: TrainingKind
    subject: str
    starts_on: date
    ends_on: date
    state: TrainingState
    state_reason: str | None
    trainers: int
    trainers_trained: int
    participants: list[Participants]
    advisories: list[Advisory]
    version: int
