"""For those who build on it: GraphiQL from our own files, schema, REST descriptions, events, webhooks. Rule G6."""

import inspect

from fastapi import APIRouter, Request, Response
from starlette.responses import PlainTextResponse
from strawberry.printer import print_schema

from beatbook.contracts.actor import Role
from beatbook.contracts.catalogue import EVENTS, PUBLISHERS
from beatbook.contracts.envelope import Event
from gateway.web.documents import document
from gateway.web.site import GRAPHIQL_POLICY, page
from gateway.web.visitors import visitor_of

routes = APIRouter(include_in_schema=False)

EXAMPLES = ("national", "municipality", "neighbourhood")


@routes.get("/graphiql")
async def graphiql(request: Request) -> Response:
    """The query editor; it asks as whoever is signed in."""
    return page(request, "graphiql.html", await visitor_of(request), policy=GRAPHIQL_POLICY)


@routes.get("/schema.graphql")
async def schema_text(request: Request) -> Response:
    """The schema in the schema language; not found where introspection is off."""
    if not request.app.state.settings.embedded:
        return PlainTextResponse("The schema is in the source: gateway/schema.graphql\n", status_code=404)
    return PlainTextResponse(print_schema(request.app.state.schema) + "\n")


@routes.get("/developers")
async def developers(request: Request) -> Response:
    """The developers' page."""
    settings = request.app.state.settings
    return page(
        request,
        "developers.html",
        await visitor_of(request),
        services=[(name, settings.url_of(name) if settings.embedded else "") for name in PUBLISHERS],
        events=[_entry(kind) for kind in EVENTS.values()],
        examples=[(name, document(name)) for name in EXAMPLES],
    )


def _entry(event: type[Event]) -> dict[str, object]:
    return {
        "type": event.wire_type(),
        "short": event.short_type(),
        "about": inspect.getdoc(event),
        "public": Role.PUBLIC in event.audience,
        "fields": list(event.model_fields),
    }
