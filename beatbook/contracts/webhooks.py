"""What the webhooks service publishes: the state of partners' endpoints."""

from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import PARTNERING, Event


class EndpointRegistered(Event, service="webhooks", aggregate="endpoint", verb="registered", audience=PARTNERING):
    """A partner registered an endpoint; neither its URL nor its secret is in the event. Rule W1."""

    endpoint_id: UUID
    area: AreaCode
    agency: str
    event_types: list[str]
