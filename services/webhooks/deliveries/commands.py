"""A ping, and sending a delivery again. Rules W1, W4."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from beatbook.contracts.actor import Actor
from beatbook.kit.errors import Conflict
from beatbook.kit.ids import new_id
from beatbook.kit.tracing import current_traceparent
from services.webhooks.deliveries import queries, rules
from services.webhooks.deliveries.rules import DeliveryState
from services.webhooks.deliveries.tables import Delivery
from services.webhooks.endpoints.queries import endpoint_by_id
from services.webhooks.endpoints.rules import EndpointState
from services.webhooks.endpoints.tables import Endpoint


async def ping(session: AsyncSession, actor: Actor, now: datetime, endpoint_id: UUID) -> Delivery:
    """Have a test message sent to an enabled endpoint, one at a time. Rule W1."""
    endpoint = await _enabled(session, actor, endpoint_id)
    if await queries.ping_pending(session, endpoint_id, rules.PING):
        raise Conflict("A ping is on its way already; look at the endpoint's deliveries.", rule="W1")
    delivery = Delivery(
        endpoint_id=endpoint_id,
        event_id=new_id(),
        type=rules.PING,
        subject=new_id(),
        area=endpoint.areas[0],
        body=rules.message(rules.PING, now, {"endpoint_id": str(endpoint_id)}),
        traceparent=current_traceparent(),
        next_attempt_at=now,
        created_at=now,
    )
    session.add(delivery)
    await session.flush()
    return delivery


async def replay(session: AsyncSession, actor: Actor, now: datetime, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    """Have a delivery sent again, under the same webhook-id and with the same body; earlier attempts stay. Rule W4."""
    await _enabled(session, actor, endpoint_id)
    delivery = await queries.delivery_by_id(session, endpoint_id, delivery_id)
    if delivery.state is DeliveryState.SUPERSEDED:
        raise Conflict("What it tells of has ended since; it is not sent any more.", code="superseded", rule="C12")
    if delivery.state is DeliveryState.PENDING and delivery.claimed_until is not None and delivery.claimed_until > now:
        raise Conflict("It is being sent just now; look again in a moment.", rule="W4")
    delivery.state, delivery.next_attempt_at = DeliveryState.PENDING, now
    delivery.attempts, delivery.trying_since, delivery.delivered_at = 0, None, None
    return delivery


async def _enabled(session: AsyncSession, actor: Actor, endpoint_id: UUID) -> Endpoint:
    """An endpoint, locked, that the actor manages and that is enabled; raises `NotFound` or `Conflict`."""
    endpoint = await endpoint_by_id(session, endpoint_id, actor, locked=True)
    if endpoint.state is not EndpointState.ENABLED:
        raise Conflict("The endpoint is disabled; enable it first.", rule="W1")
    return endpoint
