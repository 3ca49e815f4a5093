"""Reads of deliveries; whoever sees the endpoint sees its deliveries."""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from beatbook.contracts.actor import Actor
from beatbook.kit.errors import NotFound
from services.webhooks.deliveries.rules import DeliveryState
from services.webhooks.deliveries.schemas import AttemptView, DeliveryView
from services.webhooks.deliveries.tables import Delivery, DeliveryAttempt
from services.webhooks.endpoints.queries import endpoint_by_id


async def list_deliveries(
    session: AsyncSession,
    actor: Actor,
    endpoint_id: UUID,
    *,
    state: DeliveryState | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Delivery]:
    """Deliveries of an endpoint that the actor may see, newest first; raises `NotFound`."""
    await endpoint_by_id(session, endpoint_id, actor)
    statement = (
        select(Delivery).where(Delivery.endpoint_id == endpoint_id).order_by(col(Delivery.id).desc()).limit(limit)
    )
    if state is not None:
        statement = statement.where(Delivery.state == state)
    if after is not None:
        statement = statement.where(col(Delivery.id) < after)
    return (await session.exec(statement)).all()


async def delivery_by_id(session: AsyncSession, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    """One delivery, locked, of an endpoint already found visible; raises `NotFound`."""
    statement = select(Delivery).where(Delivery.id == delivery_id, Delivery.endpoint_id == endpoint_id)
    delivery = (await session.exec(statement.with_for_update())).one_or_none()
    if delivery is None:
        raise NotFound("delivery")
    return delivery


async def ping_pending(session: AsyncSession, endpoint_id: UUID, kind: str) -> bool:
    """Whether a delivery of this type still waits at the endpoint."""
    statement = select(Delivery.id).where(
        Delivery.endpoint_id == endpoint_id, Delivery.type == kind, Delivery.state == DeliveryState.PENDING
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def views(session: AsyncSession, deliveries: Sequence[Delivery]) -> dict[UUID, DeliveryView]:
    """The answers for deliveries, by id."""
    statement = (
        select(DeliveryAttempt)
        .where(col(DeliveryAttempt.delivery_id).in_([delivery.id for delivery in deliveries]))
        .order_by(col(DeliveryAttempt.delivery_id), col(DeliveryAttempt.id))
    )
    attempts = {
        delivery_id: [AttemptView.model_validate(attempt) for attempt in made]
        for delivery_id, made in groupby((await session.exec(statement)).all(), key=lambda attempt: attempt.delivery_id)
    }
    return {
        delivery.id: DeliveryView(**delivery.model_dump(exclude={"attempts"}), attempts=attempts.get(delivery.id, []))
        for delivery in deliveries
    }
