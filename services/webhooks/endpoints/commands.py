"""Changes of endpoints. Rules W1, W2."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from beatbook.contracts.actor import Actor
from beatbook.contracts.webhooks import EndpointRegistered
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from beatbook.kit.web import ExpectedVersion
from services.webhooks.endpoints import queries, rules
from services.webhooks.endpoints.rules import DisabledReason, EndpointState
from services.webhooks.endpoints.schemas import EndpointCreate, EndpointPatch
from services.webhooks.endpoints.sealing import Seal, new_secret
from services.webhooks.endpoints.tables import Endpoint


async def register_endpoint(
    session: AsyncSession, actor: Actor, now: datetime, request: EndpointCreate, seal: Seal, *, embedded: bool
) -> tuple[Endpoint, str]:
    """Register an endpoint of the actor's agency; returns it with its secret. Rules W1, W2, W5."""
    if actor.agency is None or not rules.may_register(actor):
        raise Forbidden("To register an endpoint you need a partner's token that names its agency.")
    if not rules.may_hold_secret(actor, actor.agency, request.areas):
        raise _outside_grants()
    if faults := rules.target_faults(request.url, embedded=embedded):
        raise Refused("We can't deliver to this URL.", code="bad-target", rule="W5", unmet=faults)
    await queries.hold_agency(session, actor.agency)
    if await queries.count_of_agency(session, actor.agency) >= rules.MOST_ENDPOINTS:
        raise Conflict(f"An agency has at most {rules.MOST_ENDPOINTS} endpoints; delete one first.", rule="W1")
    secret, endpoint_id = new_secret(), new_id()
    endpoint = Endpoint(
        id=endpoint_id,
        agency=actor.agency,
        url=request.url,
        event_types=list(request.event_types),
        areas=request.areas,
        secret=seal.close(secret, endpoint_id),
        resumed_at=now,
        created_at=now,
    )
    session.add(endpoint)
    await session.flush()
    event = EndpointRegistered(
        endpoint_id=endpoint.id, area=endpoint.areas[0], agency=endpoint.agency, event_types=endpoint.event_types
    )
    await emit(session, event, subject=endpoint.id, area=endpoint.areas[0], actor=actor, at=now)
    return endpoint, secret


async def change_endpoint(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    endpoint_id: UUID,
    expected: ExpectedVersion,
    request: EndpointPatch,
) -> Endpoint:
    """Change what an endpoint hears, disable it, or enable it again with a clean slate. Rule W1."""
    endpoint = await queries.endpoint_by_id(session, endpoint_id, actor, locked=True)
    if request.areas is not None and not rules.may_manage(actor, endpoint.agency, request.areas):
        raise _outside_grants()
    expected.check(endpoint.version)
    if request.areas is not None:
        endpoint.areas = request.areas
    if request.event_types is not None:
        endpoint.event_types = list(request.event_types)
    if request.enabled is True and endpoint.state is EndpointState.DISABLED:
        endpoint.state, endpoint.disabled_reason = EndpointState.ENABLED, None
        endpoint.failing_since = endpoint.paused_until = None
        endpoint.resumed_at = now
    if request.enabled is False and endpoint.state is EndpointState.ENABLED:
        endpoint.state, endpoint.disabled_reason = EndpointState.DISABLED, DisabledReason.BY_HAND
    endpoint.version += 1
    return endpoint


async def rotate_secret(
    session: AsyncSession, actor: Actor, now: datetime, endpoint_id: UUID, expected: ExpectedVersion, seal: Seal
) -> tuple[Endpoint, str]:
    """Give an endpoint a new secret; the one before signs beside it for a day. Rule W2.

    A second rotation within that day ends the oldest at once: that is how a leaked secret is got rid of.
    """
    endpoint = await queries.endpoint_by_id(session, endpoint_id, actor, locked=True)
    if not rules.may_hold_secret(actor, endpoint.agency, endpoint.areas):
        raise Forbidden("Only the agency itself can rotate its endpoint's secret.")
    expected.check(endpoint.version)
    secret = new_secret()
    endpoint.previous_secret, endpoint.previous_until = endpoint.secret, now + rules.ROTATION
    endpoint.secret = seal.close(secret, endpoint.id)
    endpoint.version += 1
    return endpoint, secret


async def delete_endpoint(session: AsyncSession, actor: Actor, endpoint_id: UUID, expected: ExpectedVersion) -> None:
    """Delete an endpoint and its secrets; the record of attempts stays. Rules W1, W4."""
    endpoint = await queries.endpoint_by_id(session, endpoint_id, actor, locked=True)
    expected.check(endpoint.version)
    endpoint.state, endpoint.secret, endpoint.previous_secret = EndpointState.DELETED, b"", None
    endpoint.version += 1


def _outside_grants() -> Forbidden:
    return Forbidden("Your grants don't cover every area named; leave out those of others.", code="outside-grants")
