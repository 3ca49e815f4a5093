"""Changes of trainings."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import TrainingCancelled, TrainingHeld, TrainingPlanned
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.advisories.commands import settle
from services.forum.advisories.rules import About
from services.forum.areas.queries import area_by_code
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import may_manage
from services.forum.trainings import queries, rules
from services.forum.trainings.schemas import TrainingCancel, TrainingCreate, TrainingHold, TrainingPatch
from services.forum.trainings.tables import Training


async def plan_training(session: AsyncSession, actor: Actor, now: datetime, request: TrainingCreate) -> Training:
    """Plan a training. Rule F19."""
    area = await area_by_code(session, request.area)
    _allow(actor, request.area)
    if area.valid_to is not None:
        raise Conflict(f"{area.code} was closed on {area.valid_to}; plan it in a successor.", rule="A3")
    if request.forum_id is not None and (await forum_by_id(session, request.forum_id)).area != request.area:
        raise Refused("The forum stands in another area: name that one.", code="training", rule="F19")
    training = Training(
        **request.model_dump(),
        state=rules.TrainingState.PLANNED,
        trainers=0,
        trainers_trained=0,
        participants=[],
        advisories=[],
    )
    session.add(training)
    await session.flush()
    await _emit_planned(session, actor, now, training)
    return training


async def change_training(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    training_id: UUID,
    expected: ExpectedVersion,
    request: TrainingPatch,
) -> Training:
    """Change a training that is planned. Rule F19."""
    training = await _planned(session, actor, training_id, expected, "changed")
    for name, value in request.model_dump(exclude_unset=True, exclude_none=True).items():
        setattr(training, name, value)
    if training.ends_on < training.starts_on:
        raise Refused("ends_on lies before starts_on.", code="training", rule="F19")
    training.version += 1
    await _emit_planned(session, actor, now, training)
    return training


async def hold_training(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    training_id: UUID,
    expected: ExpectedVersion,
    request: TrainingHold,
) -> Training:
    """Record that a training took place, and who took part as counts. Rule F19."""
    training = await _planned(session, actor, training_id, expected, "held")
    training.starts_on = request.starts_on or training.starts_on
    training.ends_on = request.ends_on or training.ends_on
    training.trainers, training.trainers_trained = request.trainers, request.trainers_trained
    unmet = rules.holding_obstacles(
        training.starts_on, training.ends_on, now.date(), training.trainers, training.trainers_trained
    )
    if unmet:
        raise Refused("The training can't be recorded as held so.", code="training", rule="F19", unmet=unmet)
    training.participants = [group.model_dump(mode="json") for group in request.participants]
    training.state = rules.TrainingState.HELD
    present = rules.totals((group.group, group.count) for group in request.participants)
    cautions = rules.together_cautions(present)
    training.advisories = [vars(caution) for caution in cautions]
    training.version += 1
    event = TrainingHeld(
        training_id=training.id,
        area=training.area,
        forum_id=training.forum_id,
        kind=training.kind,
        starts_on=training.starts_on,
        ends_on=training.ends_on,
        **{group.value: count for group, count in present.items()},
        trainers=training.trainers,
        trainers_trained=training.trainers_trained,
    )
    await emit(session, event, subject=training.id, area=training.area, actor=actor, at=now)
    if training.forum_id is not None:
        await settle(
            session,
            actor,
            now,
            forum_id=training.forum_id,
            area=training.area,
            about=About.TRAINING,
            about_id=training.id,
            cautions=cautions,
        )
    return training


async def cancel_training(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    training_id: UUID,
    expected: ExpectedVersion,
    request: TrainingCancel,
) -> Training:
    """Call a training off, with a reason. Rule F19."""
    training = await _planned(session, actor, training_id, expected, "cancelled")
    training.state, training.state_reason = rules.TrainingState.CANCELLED, request.reason
    training.version += 1
    event = TrainingCancelled(
        training_id=training.id, area=training.area, forum_id=training.forum_id, kind=training.kind
    )  # fmt: skip
    await emit(session, event, subject=training.id, area=training.area, actor=actor, at=now)
    return training


def _allow(actor: Actor, area: str) -> None:
    if not may_manage(actor, area):
        raise Forbidden("To plan and record trainings you need a council or admin grant for the area.")


async def _planned(
    session: AsyncSession, actor: Actor, training_id: UUID, expected: ExpectedVersion, step: str
) -> Training:
    """A training, locked, that is still planned and that the actor may change."""
    training = await queries.training_by_id(session, actor, training_id, locked=True)
    _allow(actor, training.area)
    expected.check(training.version)
    if obstacle := rules.state_obstacle(training.state, step):
        raise Conflict(obstacle, rule="F19")
    return training


async def _emit_planned(session: AsyncSession, actor: Actor, now: datetime, training: Training) -> None:
    event = TrainingPlanned(
        training_id=training.id,
        area=training.area,
        forum_id=training.forum_id,
        kind=training.kind,
        starts_on=training.starts_on,
    )
    await emit(session, event, subject=training.id, area=training.area, actor=actor, at=now)
