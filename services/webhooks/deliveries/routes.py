"""Deliveries over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import router
from services.webhooks.deliveries import commands, queries
from services.webhooks.deliveries.rules import DeliveryState
from services.webhooks.deliveries.schemas import DeliveryView

routes = router("/endpoints/{endpoint_id}", tags=["deliveries"])


@routes.post("/ping", status_code=202)
async def ping(endpoint_id: UUID, session: Write, actor: CurrentActor, now: Now) -> DeliveryView:
    """Have a test message sent, tried once; its attempt appears among the deliveries."""
    delivery = await commands.ping(session, actor, now, endpoint_id)
    return (await queries.views(session, [delivery]))[delivery.id]


@routes.get("/deliveries")
async def list_deliveries(
    endpoint_id: UUID,
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    state: Annotated[DeliveryState | None, Query()] = None,
) -> Page[DeliveryView]:
    """What was or will be sent to an endpoint, newest first, with every attempt."""
    rows = await queries.list_deliveries(
        session, actor, endpoint_id, state=state, after=page.after_id(), limit=page.limit + 1
    )
    views = await queries.views(session, rows)
    return page.page(rows, lambda row: views[row.id], lambda row: row.id)


@routes.post("/deliveries/{delivery_id}/replay", status_code=202)
async def replay(endpoint_id: UUID, delivery_id: UUID, session: Write, actor: CurrentActor, now: Now) -> DeliveryView:
    """Have a delivery sent again; the receiver knows it by its webhook-id."""
    delivery = await commands.replay(session, actor, now, endpoint_id, delivery_id)
    return (await queries.views(session, [delivery]))[delivery.id]
