"""The webhooks service."""

from pathlib import Path

from beatbook.contracts.webhooks import EndpointRegistered
from beatbook.kit.service import Service
from beatbook.kit.timers import WorkerContext
from services.webhooks.base import WebhooksTable
from services.webhooks.consumers import CONSUMERS
from services.webhooks.deliveries import routes as deliveries
from services.webhooks.deliveries.connection import Outbound
from services.webhooks.deliveries.sender import Sender
from services.webhooks.endpoints import routes as endpoints
from services.webhooks.endpoints.sealing import Seal
from services.webhooks.settings import WebhooksSettings


async def deliver(context: WorkerContext) -> None:
    """Deliver to partners' endpoints until cancelled."""
    settings = context.settings
    assert isinstance(settings, WebhooksSettings)
    outbound = Outbound(embedded=settings.embedded)
    try:
        pool = await context.database.pool()
        await Sender(pool, outbound, Seal(settings.sealing_key()), context.clock).run()
    finally:
        await outbound.close()


service = Service(
    name="webhooks",
    title="Webhooks",
    routers=(endpoints.routes, deliveries.routes),
    events=(EndpointRegistered,),
    metadata=WebhooksTable.metadata,
    migrations=Path(__file__).parent / "migrations",
    settings=WebhooksSettings,
    consumers=CONSUMERS,
    background=(deliver,),
)
