"""Endpoints over HTTP."""

from uuid import UUID

from fastapi import Request, Response

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.webhooks.endpoints import commands, queries
from services.webhooks.endpoints.schemas import EndpointCreate, EndpointPatch, EndpointSecretView, EndpointView
from services.webhooks.endpoints.sealing import Sealing
from services.webhooks.endpoints.tables import Endpoint

routes = router("/endpoints", tags=["endpoints"])


@routes.post("", status_code=201)
async def register_endpoint(
    body: EndpointCreate,
    session: Write,
    actor: CurrentActor,
    now: Now,
    seal: Sealing,
    request: Request,
    response: Response,
) -> EndpointSecretView:
    """Register an endpoint; the answer tells its secret, this once."""
    embedded: bool = request.app.state.settings.embedded
    endpoint, secret = await commands.register_endpoint(session, actor, now, body, seal, embedded=embedded)
    return _with_secret(endpoint, secret, response)


@routes.get("")
async def list_endpoints(session: Read, actor: CurrentActor, page: PageParams) -> Page[EndpointView]:
    """The agency's endpoints, oldest first."""
    rows = await queries.list_endpoints(session, actor, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, EndpointView.model_validate, lambda row: row.id)


@routes.get("/{endpoint_id}")
async def read_endpoint(endpoint_id: UUID, session: Read, actor: CurrentActor, response: Response) -> EndpointView:
    """One endpoint."""
    endpoint = await queries.endpoint_by_id(session, endpoint_id, actor)
    set_etag(response, endpoint.version)
    return EndpointView.model_validate(endpoint)


@routes.patch("/{endpoint_id}")
async def change_endpoint(
    endpoint_id: UUID,
    body: EndpointPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> EndpointView:
    """Change types or areas; disable or enable. What waited while it was disabled is sent once it is enabled."""
    endpoint = await commands.change_endpoint(session, actor, now, endpoint_id, expected, body)
    set_etag(response, endpoint.version)
    return EndpointView.model_validate(endpoint)


@routes.delete("/{endpoint_id}", status_code=204)
async def delete_endpoint(endpoint_id: UUID, session: Write, actor: CurrentActor, expected: IfMatch) -> None:
    """Delete an endpoint; nothing more is sent to it."""
    await commands.delete_endpoint(session, actor, endpoint_id, expected)


@routes.post("/{endpoint_id}/rotate", status_code=200)
async def rotate_secret(
    endpoint_id: UUID,
    session: Write,
    actor: CurrentActor,
    now: Now,
    seal: Sealing,
    expected: IfMatch,
    response: Response,
) -> EndpointSecretView:
    """Make a new secret; the one before signs beside it for 24 hours."""
    endpoint, secret = await commands.rotate_secret(session, actor, now, endpoint_id, expected, seal)
    return _with_secret(endpoint, secret, response)


def _with_secret(endpoint: Endpoint, secret: str, response: Response) -> EndpointSecretView:
    response.headers["Cache-Control"] = "no-store"
    set_etag(response, endpoint.version)
    view = EndpointView.model_validate(endpoint)
    return EndpointSecretView(**view.model_dump(), secret=secret)
