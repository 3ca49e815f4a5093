"""Answer shapes of deliveries."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import View
from services.webhooks.deliveries.rules import DeliveryState


class AttemptView(View):
    """One attempt. Rule W4."""

    at: datetime
    duration_ms: int
    status: int | None = Field(description="The answer's status; null when none came")
    error: str | None = Field(description="Why no answer came")
    answer: str | None = Field(description="The first 500 bytes of the answer")


class DeliveryView(View):
    """One event on its way to one endpoint, with every attempt."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID = Field(description="Sent as webhook-id")
    type: str
    subject: UUID = Field(description="The thing it is about; deliveries about one thing go out in order")
    area: AreaCode
    state: DeliveryState
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    created_at: datetime
    body: str = Field(description="The JSON sent")
    attempts: list[AttemptView]
