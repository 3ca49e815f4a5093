"""Reads of trainings, for those inside: participants are small counts of people."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.forum.forums.rules import INSIDERS, may_see_inside
from services.forum.trainings.rules import TrainingState
from services.forum.trainings.tables import Training


def visible_to(statement: SelectOfScalar[Training], actor: Actor) -> SelectOfScalar[Training]:
    """The one scoping door: trainings in areas where the actor is inside."""
    inside = lies_within(col(Training.area), *actor.areas_as(INSIDERS))
    return statement.where(inside)


async def training_by_id(session: AsyncSession, actor: Actor, training_id: UUID, *, locked: bool = False) -> Training:
    """One training; raises `NotFound`."""
    training = await session.get(Training, training_id, with_for_update=locked or None)
    if training is None or not may_see_inside(actor, training.area):
        raise NotFound("training")
    return training


async def list_trainings(
    session: AsyncSession,
    actor: Actor,
    *,
    within: str | None,
    forum_id: UUID | None,
    state: TrainingState | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Training]:
    """Trainings the actor may know of, newest first."""
    statement = visible_to(select(Training), actor)
    if within is not None:
        statement = statement.where(lies_within(col(Training.area), within))
    if forum_id is not None:
        statement = statement.where(Training.forum_id == forum_id)
    if state is not None:
        statement = statement.where(col(Training.state) == state)
    if after is not None:
        statement = statement.where(col(Training.id) < after)
    return (await session.exec(statement.order_by(col(Training.id).desc()).limit(limit))).all()
