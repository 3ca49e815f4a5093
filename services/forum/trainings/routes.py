"""Trainings over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.trainings import commands, queries
from services.forum.trainings.rules import TrainingState
from services.forum.trainings.schemas import (
    TrainingCancel,
    TrainingCreate,
    TrainingHold,
    TrainingPatch,
    TrainingView,
)

routes = router("/trainings", tags=["trainings"])


@routes.post("", status_code=201)
async def plan_training(
    request: TrainingCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> TrainingView:
    """Plan a training."""
    training = await commands.plan_training(session, actor, now, request)
    set_etag(response, training.version)
    return TrainingView.model_validate(training)


@routes.get("")
async def list_trainings(
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
    forum: UUID | None = None,
    state: TrainingState | None = None,
) -> Page[TrainingView]:
    """Trainings where you are inside, newest first."""
    rows = await queries.list_trainings(
        session, actor, within=area, forum_id=forum, state=state, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, TrainingView.model_validate, lambda row: row.id)


@routes.get("/{training_id}")
async def read_training(training_id: UUID, session: Read, actor: CurrentActor, response: Response) -> TrainingView:
    """One training."""
    training = await queries.training_by_id(session, actor, training_id)
    set_etag(response, training.version)
    return TrainingView.model_validate(training)


@routes.patch("/{training_id}")
async def change_training(
    training_id: UUID,
    request: TrainingPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> TrainingView:
    """Change a training that is planned."""
    training = await commands.change_training(session, actor, now, training_id, expected, request)
    set_etag(response, training.version)
    return TrainingView.model_validate(training)


@routes.post("/{training_id}/hold")
async def hold_training(
    training_id: UUID,
    request: TrainingHold,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> TrainingView:
    """Record that a training took place, and who took part as counts."""
    training = await commands.hold_training(session, actor, now, training_id, expected, request)
    set_etag(response, training.version)
    return TrainingView.model_validate(training)


@routes.post("/{training_id}/cancel")
async def cancel_training(
    training_id: UUID,
    request: TrainingCancel,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> TrainingView:
    """Call a training off, with a reason."""
    training = await commands.cancel_training(session, actor, now, training_id, expected, request)
    set_etag(response, training.version)
    return TrainingView.model_validate(training)
