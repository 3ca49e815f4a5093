"""What trainings publish: people as counts."""

from datetime import date
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import INSIDE_FORUMS, Event


class TrainingPlanned(Event, service="forum", aggregate="training", verb="planned", audience=INSIDE_FORUMS):
    """A training was planned. `kind` is `training` or `training_of_trainers`. Rule F19."""

    training_id: UUID
    area: AreaCode
    forum_id: UUID | None
    kind: str
    starts_on: date


class TrainingHeld(Event, service="forum", aggregate="training", verb="held", audience=INSIDE_FORUMS):
    """A training took place; people as counts. Rule F19.

    `trainers_trained` counts those of the trainers who were trained as trainers themselves. In a
    `training_of_trainers` the participants became trainers.
    """

    training_id: UUID
    area: AreaCode
    forum_id: UUID | None
    kind: str
    starts_on: date
    ends_on: date
    members: int
    police: int
    officials: int
    trainers: int
    trainers_trained: int


class TrainingCancelled(Event, service="forum", aggregate="training", verb="cancelled", audience=INSIDE_FORUMS):
    """A planned training does not take place. Rule F19."""

    training_id: UUID
    area: AreaCode
    forum_id: UUID | None
    kind: str
