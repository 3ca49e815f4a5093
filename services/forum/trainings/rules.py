"""Who was trained, as counts, and whether people learned together. Pure. Rule F19."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from services.forum.advisories.rules import Caution


class TrainingKind(StrEnum):
    """Whether participants learn for their own work, or to train others. Rule F19."""

    TRAINING = "training"
    TRAINING_OF_TRAINERS = "training_of_trainers"


class TrainingState(StrEnum):
    """Where a training stands. Rule F19."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class Group(StrEnum):
    """Who takes part: forum members, police, officials of the administration. Rule F19."""

    MEMBERS = "members"
    POLICE = "police"
    OFFICIALS = "officials"


def totals(counts: Iterable[tuple[Group, int]]) -> dict[Group, int]:
    """How many people of each group took part. Rule F19."""
    found = dict.fromkeys(Group, 0)
    for group, count in counts:
        found[group] += count
    return found


def state_obstacle(state: TrainingState, step: str) -> str | None:
    """Why a training can't be `changed`, `held` or `cancelled` from its state; None when it can. Rule F19."""
    if state is TrainingState.PLANNED:
        return None
    return f"The training is {state.value}; it can't be {step} any more."


def holding_obstacles(starts_on: date, ends_on: date, today: date, trainers: int, trainers_trained: int) -> list[str]:
    """Everything that keeps a training from being recorded as held. Rule F19."""
    found = []
    if ends_on < starts_on:
        found.append("ends_on lies before starts_on.")
    if ends_on > today:
        found.append("ends_on lies in the future: a training is recorded when it has taken place.")
    if trainers_trained > trainers:
        found.append("There can't be more trainers trained as trainers than trainers.")
    return found


def together_cautions(present: dict[Group, int]) -> list[Caution]:
    """What to think over when only one group takes part: learning together is the point. Nobody at all is no group.

    Rule F19. Source: GP, organizing public forums.
    """
    there = [group for group, count in present.items() if count]
    if len(there) != 1:
        return []
    text = f"Only {there[0].value} took part. Members, police and officials who learn together also learn to trust."
    return [Caution("trained-apart", text, "F19")]
