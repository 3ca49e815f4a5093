"""Request and answer shapes of endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.webhooks.endpoints.rules import LONGEST_URL, DisabledReason, EndpointState, EventType


def _each_once(items: list[str]) -> list[str]:
    return sorted(set(items))


EventTypes = Annotated[list[EventType], Field(min_length=1, max_length=20), AfterValidator(_each_once)]
Areas = Annotated[
    list[AreaCode],
    Field(min_length=1, max_length=50, description="Areas to hear of, each with everything below it"),
    AfterValidator(_each_once),
]


class EndpointCreate(StrictModel):
    """An endpoint to be registered."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "url": "https://hooks.example.org/beatbook",
                "event_types": ["minutes.published"],
                "areas": ["XK.PRI"],
            }
        }
    )

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
    event_types: EventTypes
    areas: Areas


class EndpointPatch(StrictModel):
    """What may change of an endpoint; another URL is another endpoint."""

    event_types: EventTypes | None = None
    areas: Areas | None = None
    enabled: bool | None = None


class EndpointView(View):
    """An endpoint and how it is doing; its secret is not among this."""

    id: UUID
    agency: str
    url: str
    event_types: list[EventType]
    areas: list[AreaCode]
    state: EndpointState
    disabled_reason: DisabledReason | None
    failing_since: datetime | None = Field(description="Since when nothing but failures; null while all is well")
    paused_until: datetime | None = Field(description="Until when its Retry-After asked us to wait")
    previous_until: datetime | None = Field(description="Until when the secret before the last rotation signs too")
    created_at: datetime
    version: int


class EndpointSecretView(EndpointView):
    """An endpoint with its new secret, told this once."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="])
